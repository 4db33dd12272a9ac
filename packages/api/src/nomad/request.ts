import { type Answer, type BlockingOptions, blockingQuery, deadline, readIndex } from '../blocking.ts';
import type { Fetch, FetchAnswer } from '../transport.ts';
import type { ListOptions, Page } from './list.ts';

export type NomadClientOptions = {
  /** Where the API is, such as `http://127.0.0.1:4646`. */
  readonly address: string;
  /** Sent as `X-Nomad-Token` when given. */
  readonly token?: string;
  /** Default: the agent's own. */
  readonly region?: string;
  /** Default: `default`. */
  readonly namespace?: string;
  /** Default: the platform's fetch. */
  readonly fetch?: Fetch;
};

/** Parameters of a query; those that are undefined are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The API said no, or something that is not its answer. `status` is the HTTP status, `body` what it said. */
export class NomadApiError extends Error {
  readonly code = 'NOMAD_API';
  readonly status: number;
  readonly url: string;
  readonly body: string;

  constructor(url: string, status: number, body: string) {
    super(`Nomad's API answered ${status} to ${url}: ${body.trim().slice(0, 2000) || 'no body'}`);
    this.name = 'NomadApiError';
    this.status = status;
    this.url = url;
    this.body = body.trim();
  }
}

/** How the methods of the client speak: all errors but a missing object are `NomadApiError`, or the transport's own. */
export type Requests = {
  read<T>(path: string, query?: Query, blocking?: BlockingOptions): Promise<Answer<T>>;
  /** `undefined` where the API says 404. */
  find<T>(path: string, query?: Query, blocking?: BlockingOptions): Promise<Answer<T | undefined>>;
  /** `query`: what this list alone can be asked for. */
  list<T>(path: string, options?: ListOptions, query?: Query): Promise<Page<T>>;
  write<T>(method: 'PUT' | 'DELETE', path: string, options?: { query?: Query; body?: unknown }): Promise<T>;
  stream(path: string, query: Query, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
};

/** Longest time that a write may take: it is answered when it is durable. */
const WRITE_TIMEOUT_MS = 30_000;

export function createRequests(options: NomadClientOptions): Requests {
  const fetching: Fetch = options.fetch ?? fetch;
  const headers: Record<string, string> = options.token ? { 'x-nomad-token': options.token } : {};

  return {
    async read<T>(path: string, query: Query = {}, blocking: BlockingOptions = {}) {
      const { url, answer, text } = await get(path, query, blocking);
      if (!answer.ok) throw new NomadApiError(url, answer.status, text);
      return { value: parse<T>(url, answer.status, text), index: indexOf(answer) };
    },
    async find<T>(path: string, query: Query = {}, blocking: BlockingOptions = {}) {
      const { url, answer, text } = await get(path, query, blocking);
      if (answer.status === 404) return { value: undefined, index: indexOf(answer) };
      if (!answer.ok) throw new NomadApiError(url, answer.status, text);
      return { value: parse<T>(url, answer.status, text), index: indexOf(answer) };
    },
    async list<T>(path: string, options: ListOptions = {}, query: Query = {}) {
      const { prefix, filter, perPage, nextToken, reverse, ...blocking } = options;
      const which = { ...query, prefix, filter, per_page: perPage, next_token: nextToken, reverse };
      const { url, answer, text } = await get(path, which, blocking);
      if (!answer.ok) throw new NomadApiError(url, answer.status, text);
      const next = answer.headers.get('x-nomad-nexttoken') ?? undefined;
      return { value: parse<T[]>(url, answer.status, text), index: indexOf(answer), nextToken: next };
    },
    async write<T>(method: string, path: string, { query = {}, body }: { query?: Query; body?: unknown } = {}) {
      const url = urlOf(path, query);
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      const typed = body === undefined ? headers : { ...headers, 'content-type': 'application/json' };
      const signal = AbortSignal.timeout(WRITE_TIMEOUT_MS);
      const answer = await fetching(url, { method, headers: typed, signal, ...content });
      const text = await answer.text();
      if (!answer.ok) throw new NomadApiError(url, answer.status, text);
      return (text.trim() === '' ? {} : parse<T>(url, answer.status, text)) as T;
    },
    async stream(path: string, query: Query, signal?: AbortSignal) {
      const url = urlOf(path, query);
      const answer = await fetching(url, { headers, ...(signal && { signal }) });
      if (!answer.ok) throw new NomadApiError(url, answer.status, await answer.text());
      return answer.body ?? NOTHING;
    },
  };

  async function get(path: string, query: Query, blocking: BlockingOptions) {
    const url = urlOf(path, { ...query, ...blockingQuery(blocking) });
    const answer = await fetching(url, { headers, signal: deadline(blocking) });
    return { url, answer, text: await answer.text() };
  }

  function urlOf(path: string, query: Query): string {
    const url = new URL(path, options.address);
    const all = { region: options.region, namespace: options.namespace, ...query };
    for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, String(value));
    return url.href;
  }
}

const NOTHING: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {},
};

function indexOf(answer: FetchAnswer): number {
  return readIndex(answer.headers.get('x-nomad-index'));
}

function parse<T>(url: string, status: number, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new NomadApiError(url, status, text);
  }
}
