import type { IncomingHttpHeaders } from 'node:http';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** A request as handlers see it: plain values, no framework. */
export type ApiRequest = {
  readonly method: string;
  /** As it came: path and query with their escapes. */
  readonly url: string;
  /** The path with escapes resolved, without the query. */
  readonly path: string;
  /** What stood for `:name` in the endpoint's path; `*` is the rest after a prefix. Escapes are resolved. */
  readonly params: Readonly<Record<string, string>>;
  /** Parsed as Go does: `?x` is present and empty, repeated keys keep their order. */
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Empty when there is none. */
  readonly body: Buffer;
  /** Fires when the client goes away or the server stops. */
  readonly signal: AbortSignal;
  readonly remoteAddress: string;
};
