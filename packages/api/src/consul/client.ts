import { type Answer, type BlockingOptions, blockingQuery, deadline, readIndex } from '../blocking.ts';
import type { Fetch } from '../transport.ts';
import type { CatalogNode, Member, NodeServices, ServiceEntry } from './catalog.ts';
import type { KVPair } from './kv.ts';

export type { Answer, BlockingOptions } from '../blocking.ts';

export type ConsulClientOptions = {
  /** Where the API is, such as `http://127.0.0.1:8500`. */
  readonly address: string;
  /** Sent as `X-Consul-Token` when given. */
  readonly token?: string;
  /** Default: the agent's own. */
  readonly datacenter?: string;
  /** Sent with each request: `stale`, a namespace. */
  readonly query?: Readonly<Record<string, string>>;
  /** Default: the platform's fetch. */
  readonly fetch?: Fetch;
};

/** A read that may block. `dc`: a datacenter instead of the client's. */
export type ReadOptions = BlockingOptions & { readonly dc?: string };

/** Consul's HTTP API, as far as it is called from here. Every method throws `ConsulApiError` for an answer that is no 2xx, and the platform's error when there is none. */
export type ConsulClient = {
  /** `GET /v1/catalog/services`: all names, each with the tags of all its instances. */
  catalogServices(options?: ReadOptions): Promise<Answer<Record<string, string[]>>>;
  /** `GET /v1/health/service/:name`: the instances with their checks; with `passing` only those whose checks all pass. */
  healthService(
    name: string,
    options?: ReadOptions & { readonly passing?: boolean; readonly tag?: string; readonly near?: string },
  ): Promise<Answer<ServiceEntry[]>>;
  /** `GET /v1/catalog/nodes`; with `near` those nearest to that node first. */
  catalogNodes(options?: ReadOptions & { readonly near?: string }): Promise<Answer<CatalogNode[]>>;
  /** `GET /v1/catalog/node/:node`: a node with its services, by their ids; `undefined` if there is none. */
  catalogNode(name: string, options?: ReadOptions): Promise<Answer<NodeServices | undefined>>;
  /** `GET /v1/catalog/datacenters`: the names of all that are known. */
  datacenters(): Promise<string[]>;
  /** `GET /v1/agent/members` */
  members(): Promise<Member[]>;
  /** `PUT /v1/agent/leave`: the agent leaves the cluster and stops. */
  leave(): Promise<void>;
  /** `GET /v1/agent/self`: the name of the agent's own node. */
  selfName(): Promise<string>;
  readonly kv: KVApi;
};

/** The key/value store. Keys are taken as they are: they have no leading slash. */
export type KVApi = {
  get(key: string): Promise<KVPair | undefined>;
  /** The same as a blocking query. */
  read(key: string, options?: ReadOptions): Promise<Answer<KVPair | undefined>>;
  /** All keys that begin with the prefix, in order. */
  tree(prefix: string): Promise<KVPair[]>;
  /** The same as a blocking query. */
  readTree(prefix: string, options?: ReadOptions): Promise<Answer<KVPair[]>>;
  /** Names of keys; with a separator only up to the first one after the prefix. */
  keys(prefix: string, separator?: string): Promise<string[]>;
  /** Whether it was written: with `cas`, only if the key has this `ModifyIndex` (0: is new). */
  put(
    key: string,
    value: Uint8Array<ArrayBuffer>,
    /** `acquire` and `release` are sessions: it is written only if the key can be locked for it, or was. */
    options?: { cas?: number; flags?: string; acquire?: string; release?: string },
  ): Promise<boolean>;
  /** Whether it was deleted: with `cas`, only if the key has this `ModifyIndex`. */
  delete(key: string, options?: { cas?: number; recurse?: boolean }): Promise<boolean>;
};

/** The API said no, or something that is not its answer. `status` is the HTTP status; the message holds the beginning of the body. */
export class ConsulApiError extends Error {
  readonly code = 'CONSUL_API';
  readonly status: number;
  readonly url: string;
  readonly body: string;

  constructor(url: string, status: number, body: string) {
    super(`Consul's API answered ${status} to ${url}: ${body.trim().slice(0, 200) || 'no body'}`);
    this.name = 'ConsulApiError';
    this.status = status;
    this.url = url;
    this.body = body.trim();
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;

export function createConsulClient(options: ConsulClientOptions): ConsulClient {
  const fetching: Fetch = options.fetch ?? fetch;
  const headers: Record<string, string> = options.token ? { 'x-consul-token': options.token } : {};

  return {
    catalogServices: ({ dc, ...blocking } = {}) =>
      get<Record<string, string[]>>('/v1/catalog/services', { dc }, blocking),
    healthService: (name, { passing, tag, near, dc, ...blocking } = {}) =>
      get<ServiceEntry[]>(
        `/v1/health/service/${encodeURIComponent(name)}`,
        { ...(passing && { passing: '' }), tag, near, dc },
        blocking,
      ),
    catalogNodes: ({ near, dc, ...blocking } = {}) => get<CatalogNode[]>('/v1/catalog/nodes', { near, dc }, blocking),
    catalogNode: async (name, { dc, ...blocking } = {}) => {
      const path = `/v1/catalog/node/${encodeURIComponent(name)}`;
      const { value, index } = await read<NodeServices>(path, { dc }, blocking);
      return { value: value ?? undefined, index };
    },
    datacenters: async () => (await get<string[]>('/v1/catalog/datacenters')).value,
    members: async () => (await get<Member[]>('/v1/agent/members')).value,
    leave: async () => {
      await change('PUT', '/v1/agent/leave', {});
    },
    selfName: async () => (await get<{ Config: { NodeName: string } }>('/v1/agent/self')).value.Config.NodeName,
    kv: {
      get: async (key) => (await readKey(key)).value,
      read: readKey,
      tree: async (prefix) => (await readTree(prefix)).value,
      readTree,
      keys: async (prefix, separator) => (await find<string[]>(kvPath(prefix), { keys: '', separator })) ?? [],
      put: (key, value, query = {}) => change('PUT', kvPath(key), query, value),
      delete: (key, { cas, recurse } = {}) => change('DELETE', kvPath(key), { cas, ...(recurse && { recurse: '' }) }),
    },
  };

  async function get<T extends object>(path: string, query: Query = {}, blocking: BlockingOptions = {}) {
    const { url, answer, text } = await ask(path, query, blocking);
    if (!answer.ok) throw new ConsulApiError(url, answer.status, text);
    const index = readIndex(answer.headers.get('x-consul-index'));
    return { value: parseObject<T>(url, answer.status, text), index } satisfies Answer<T>;
  }

  async function readKey(key: string, { dc, ...blocking }: ReadOptions = {}): Promise<Answer<KVPair | undefined>> {
    const { value, index } = await read<KVPair[]>(kvPath(key), { dc }, blocking);
    return { value: value?.map(withBigFlags)[0], index };
  }

  async function readTree(prefix: string, { dc, ...blocking }: ReadOptions = {}): Promise<Answer<KVPair[]>> {
    const { value, index } = await read<KVPair[]>(kvPath(prefix), { recurse: '', dc }, blocking);
    return { value: value?.map(withBigFlags) ?? [], index };
  }

  async function find<T extends object>(path: string, query: Query): Promise<T | undefined> {
    return (await read<T>(path, query, {})).value ?? undefined;
  }

  /** What may be absent: a 404, or `null`. It has an index all the same. */
  async function read<T extends object>(path: string, query: Query, blocking: BlockingOptions) {
    const { url, answer, text } = await ask(path, query, blocking);
    const index = readIndex(answer.headers.get('x-consul-index'));
    if (answer.status === 404 || (answer.ok && text.trim() === 'null')) return { value: undefined, index };
    if (!answer.ok) throw new ConsulApiError(url, answer.status, text);
    return { value: parseObject<T>(url, answer.status, withWholeFlags(text)), index };
  }

  async function change(method: string, path: string, query: Query, body?: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const url = urlOf(path, query);
    const answer = await fetching(url, { method, headers, signal: deadline({}), ...(body && { body }) });
    const text = await answer.text();
    if (!answer.ok) throw new ConsulApiError(url, answer.status, text);
    return text.trim() === 'true';
  }

  async function ask(path: string, query: Query, blocking: BlockingOptions) {
    const url = urlOf(path, { ...query, ...blockingQuery(blocking) });
    const answer = await fetching(url, { headers, signal: deadline(blocking) });
    return { url, answer, text: await answer.text() };
  }

  function urlOf(path: string, query: Query): string {
    const url = new URL(path, options.address);
    // One that is not given takes nothing from those of the client.
    const all = [...Object.entries({ dc: options.datacenter, ...options.query }), ...Object.entries(query)];
    for (const [name, value] of all) if (value !== undefined) url.searchParams.set(name, String(value));
    return url.href;
  }
}

/** Slashes stay: they are part of the path. */
function kvPath(key: string): string {
  return `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/** Flags are 64 bits wide: JSON's numbers would lose the last digits of great ones. Inside of a string the quote before the colon is escaped. */
function withWholeFlags(text: string): string {
  return text.replace(/"Flags":\s*(\d{16,})/g, '"Flags":"$1"');
}

function withBigFlags(pair: KVPair): KVPair {
  return typeof pair.Flags === 'string' ? { ...pair, Flags: BigInt(pair.Flags) } : pair;
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
