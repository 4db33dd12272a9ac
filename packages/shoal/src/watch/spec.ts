/** What is watched, in Consul's words. `parameters` are those of its documentation ("Watches"). */
export type WatchSpec = {
  readonly type: 'key' | 'keyprefix' | 'services' | 'nodes' | 'service' | 'checks' | 'event';
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** The question that a watch asks again and again, and what of the answer its handler gets. */
export type WatchQuery = {
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly payload: (value: unknown) => unknown;
};

export function watchQuery({ type, parameters }: WatchSpec): WatchQuery {
  const text = (name: string) => (typeof parameters[name] === 'string' ? (parameters[name] as string) : '');
  const filter = text('filter') === '' ? {} : { filter: text('filter') };
  switch (type) {
    case 'key':
      return { path: `/v1/kv/${keyPath(text('key'))}`, query: {}, payload: (value) => keyPair(listOf(value)[0]) };
    case 'keyprefix':
      return {
        path: `/v1/kv/${keyPath(text('prefix'))}`,
        query: { recurse: '' },
        payload: (value) => (value === undefined ? null : listOf(value).map(keyPair)),
      };
    case 'services':
      return { path: '/v1/catalog/services', query: filter, payload: sortedTags };
    case 'nodes':
      return { path: '/v1/catalog/nodes', query: filter, payload: same };
    case 'service': {
      const tags = [parameters['tag']].flat().filter((tag): tag is string => typeof tag === 'string' && tag !== '');
      const passing = isTrue(parameters['passingonly']) ? { passing: '1' } : {};
      const query = { ...(tags.length > 0 && { tag: tags }), ...passing, ...filter };
      return { path: `/v1/health/service/${encodeURIComponent(text('service'))}`, query, payload: same };
    }
    case 'checks': {
      const service = text('service');
      const path =
        service === ''
          ? `/v1/health/state/${encodeURIComponent(text('state') || 'any')}`
          : `/v1/health/checks/${encodeURIComponent(service)}`;
      return { path, query: filter, payload: same };
    }
    case 'event':
      return { path: '/v1/event/list', query: text('name') === '' ? {} : { name: text('name') }, payload: same };
  }
}

function same(value: unknown): unknown {
  return value ?? null;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Consul's own client always names the session; there is none in an answer for a key that nobody holds. */
function keyPair(pair: unknown): unknown {
  if (typeof pair !== 'object' || pair === null) return null;
  const { Key, CreateIndex, ModifyIndex, LockIndex, Flags, Value, Session = '' } = pair as Record<string, unknown>;
  return { Key, CreateIndex, ModifyIndex, LockIndex, Flags, Value, Session };
}

/** Tags come in any order: that is no change. */
function sortedTags(value: unknown): unknown {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, tags]) => [name, Array.isArray(tags) ? [...tags].sort() : tags]));
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1';
}

function keyPath(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
