import { type BlockingOptions, blockingQuery, deadline, readIndex } from '../blocking.ts';
import type { Fetch, FetchAnswer } from '../transport.ts';
import { ConsulApiError, type ConsulClientOptions } from './client.ts';

/** Consul's HTTP API by its paths, for what the typed client has no method for. */
export type ConsulHttp = {
  /** Throws `ConsulApiError` for an answer that is no 2xx, unless `missing` says that 404 is an answer, too. */
  ask<T>(method: Method, path: string, options?: AskOptions): Promise<HttpAnswer<T>>;
  /** The body as it comes. The caller ends it with the signal. */
  stream(path: string, options?: Pick<AskOptions, 'query' | 'signal'>): Promise<AsyncIterable<Uint8Array>>;
};

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

export type AskOptions = BlockingOptions & {
  /** Several values of a name are sent one after the other. */
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  /** 404 gives an undefined value. */
  readonly missing?: boolean;
};

export type HttpAnswer<T> = {
  readonly status: number;
  /** What `X-Consul-Index` says, for the next question; at least 1. */
  readonly index: number;
  /** The same as it came: Consul's events have indexes of 64 bits. '' when there is none. */
  readonly rawIndex: string;
  readonly text: string;
  /** Undefined for a 404 that was allowed, and for a body that is none. */
  readonly value: T | undefined;
};

export function createConsulHttp(options: ConsulClientOptions): ConsulHttp {
  const fetching: Fetch = options.fetch ?? fetch;
  const own: Record<string, string> = options.token ? { 'x-consul-token': options.token } : {};
  return {
    async ask<T>(method: Method, path: string, given: AskOptions = {}) {
      const { body, headers = {}, missing, query, ...blocking } = given;
      const url = urlOf(path, { ...blockingQuery(blocking), ...query });
      const init = {
        method,
        headers: { ...own, ...headers },
        signal: deadline(blocking),
        ...(body !== undefined && { body }),
      };
      const answer = await fetching(url, init);
      const text = await answer.text();
      if (!answer.ok && !(missing && answer.status === 404)) throw new ConsulApiError(url, answer.status, text);
      const rawIndex = answer.headers.get('x-consul-index') ?? '';
      return {
        status: answer.status,
        index: readIndex(rawIndex),
        rawIndex,
        text,
        value: answer.ok ? parsedBody<T>(url, answer, text) : undefined,
      };
    },
    async stream(path, { query = {}, signal } = {}) {
      const url = urlOf(path, query);
      const answer = await fetching(url, { headers: own, ...(signal && { signal }) });
      if (!answer.ok) throw new ConsulApiError(url, answer.status, await answer.text());
      return answer.body ?? NOTHING;
    },
  };

  function urlOf(path: string, query: NonNullable<AskOptions['query']>): string {
    const url = new URL(path, options.address);
    for (const [name, value] of Object.entries({ dc: options.datacenter, ...options.query, ...query }))
      for (const one of [value].flat()) if (one !== undefined) url.searchParams.append(name, String(one));
    return url.href;
  }
}

function parsedBody<T>(url: string, answer: FetchAnswer, text: string): T | undefined {
  if (text.trim() === '' || !answer.headers.get('content-type')?.includes('json')) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ConsulApiError(url, answer.status, text);
  }
}

const NOTHING: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {
    // There is no body.
  },
};
