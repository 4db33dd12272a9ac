import type { ServiceEntry } from './catalog.ts';

export type ConsulClientOptions = {
  /** Where the API is, such as `http://127.0.0.1:8500`. */
  readonly address: string;
  /** Sent as `X-Consul-Token` when given. */
  readonly token?: string;
  /** Default: the platform's fetch. */
  readonly fetch?: typeof fetch;
};

/**
 * A blocking query (Consul's API documentation, "Blocking queries"): with `index`, the answer comes when something newer than it was read, or when
 * `waitMs` is over. Without `index` it comes at once.
 */
export type BlockingOptions = { readonly index?: number; readonly waitMs?: number; readonly signal?: AbortSignal };

/** What was read, and the index to go on from. The index is at least 1, so that it can always be waited with. */
export type Answer<T> = { readonly value: T; readonly index: number };

/** Consul's HTTP API, as far as it is called from here. Every method throws `ConsulApiError` for an answer that is no 2xx, and the platform's error when there is none. */
export type ConsulClient = {
  /** `GET /v1/catalog/services`: all names, each with the tags of all its instances. */
  catalogServices(options?: BlockingOptions): Promise<Answer<Record<string, string[]>>>;
  /** `GET /v1/health/service/:name`: the instances with their checks; with `passing` only those whose checks all pass. */
  healthService(
    name: string,
    options?: BlockingOptions & { readonly passing?: boolean },
  ): Promise<Answer<ServiceEntry[]>>;
};

/** The API said no, or something that is not its answer. `status` is the HTTP status; the message holds the beginning of the body. */
export class ConsulApiError extends Error {
  readonly code = 'CONSUL_API';
  readonly status: number;
  readonly url: string;

  constructor(url: string, status: number, body: string) {
    super(`Consul's API answered ${status} to ${url}: ${body.trim().slice(0, 200) || 'no body'}`);
    this.name = 'ConsulApiError';
    this.status = status;
    this.url = url;
  }
}

/** Room on top of the wait: the server adds up to a sixteenth of it, and the answer has to travel. */
const ANSWER_SLACK_MS = 10_000;

export function createConsulClient(options: ConsulClientOptions): ConsulClient {
  const fetching = options.fetch ?? fetch;
  const headers = options.token ? { 'x-consul-token': options.token } : {};

  return {
    catalogServices: (blocking = {}) => get<Record<string, string[]>>('/v1/catalog/services', [], blocking),
    healthService: (name, blocking = {}) =>
      get<ServiceEntry[]>(
        `/v1/health/service/${encodeURIComponent(name)}`,
        blocking.passing ? ['passing'] : [],
        blocking,
      ),
  };

  async function get<T extends object>(
    path: string,
    flags: readonly string[],
    blocking: BlockingOptions,
  ): Promise<Answer<T>> {
    const url = new URL(path, options.address);
    url.search = [...flags, ...blockingQuery(blocking)].join('&');
    const response = await fetching(url, { headers, signal: deadline(blocking) });
    const text = await response.text();
    if (!response.ok) throw new ConsulApiError(url.href, response.status, text);
    return {
      value: parseObject<T>(url.href, response.status, text),
      index: readIndex(response.headers.get('x-consul-index')),
    };
  }
}

function blockingQuery({ index, waitMs }: BlockingOptions): string[] {
  if (index === undefined) return [];
  return waitMs === undefined ? [`index=${index}`] : [`index=${index}`, `wait=${Math.ceil(waitMs)}ms`];
}

/** An answer that is overdue will not come: the connection is dead, even if nobody said so. */
function deadline({ index, waitMs = 300_000, signal }: BlockingOptions): AbortSignal {
  const waited = index === undefined ? 0 : waitMs + waitMs / 16;
  const timeout = AbortSignal.timeout(waited + ANSWER_SLACK_MS);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

function parseObject<T extends object>(url: string, status: number, text: string): T {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as T;
  } catch {
    // Told below, with the text that is not JSON.
  }
  throw new ConsulApiError(url, status, text);
}

function readIndex(header: string | null): number {
  const index = Number(header);
  return Number.isSafeInteger(index) && index > 0 ? index : 1;
}
