import { DEFAULT_NAMESPACE } from '../../server/namespaces.ts';
import { ALL_POOL, DEFAULT_POOL } from '../../server/node-pools.ts';
import type { Read } from '../../state/read.ts';
import type { Tables } from '../../state/tables.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ApiRequest } from '../shared/request.ts';
import { type NomadDeps, namespaceOf, objectBody, reading, readMeta } from './context.ts';
import { policiesOf } from './scaling.ts';

/** Matches of one kind that are given at most. */
const LIMIT = 20;
const ALL = 'all';
const ID_PREFIX = /^[0-9a-f-]*$/i;

type Scope = { readonly prefix: string; readonly namespace: string };

type Context = {
  readonly name: string;
  /** Its names are ids: of interest only to a prefix that may be one's. */
  readonly ids?: true;
  /** Lazily, in order; the first ones are taken. */
  readonly names: (tables: Tables, scope: Scope) => Iterable<string>;
  /** The table whose index the answer has. */
  readonly table?: keyof Tables;
  /** Only when it is named: what asks for all of them expects the earlier ones. */
  readonly named?: true;
};

/** In the order in which Nomad names them. */
const CONTEXTS: readonly Context[] = [
  { name: 'allocs', ids: true, table: 'allocs', names: ({ allocs }, scope) => idsIn(allocs.scan(scope.prefix), scope) },
  { name: 'jobs', table: 'jobs', names: ({ jobs }, scope) => jobNames(jobs, scope) },
  { name: 'nodes', ids: true, table: 'nodes', names: ({ nodes }, { prefix }) => nodes.keys(prefix) },
  { name: 'evals', ids: true, table: 'evals', names: ({ evals }, scope) => idsIn(evals.scan(scope.prefix), scope) },
  {
    name: 'deployment',
    ids: true,
    table: 'deployments',
    names: ({ deployments }, scope) => idsIn(deployments.scan(scope.prefix), scope),
  },
  { name: 'plugins', names: () => [] },
  { name: 'volumes', names: () => [] },
  { name: 'scaling_policy', table: 'jobs', names: (tables, scope) => policyIds(tables, scope) },
  {
    name: 'namespaces',
    table: 'namespaces',
    names: ({ namespaces }, { prefix }) => namespaceNames(namespaces, prefix),
  },
  { name: 'node_pools', named: true, table: 'nodePools', names: (tables, { prefix }) => poolNames(tables, prefix) },
  { name: 'vars', named: true, table: 'variables', names: ({ variables }, scope) => pathsOf(variables, scope) },
];

/** `/v1/search`: what begins with a prefix, in one context or in all. */
export function searchEndpoints(deps: NomadDeps): Endpoint[] {
  const search = reading(deps, (read, request) => {
    const body = objectBody(request, 'Search must be specified');
    const scope = scopeOf(request, body);
    const found = contextsOf(body['Context'], scope.prefix).map(
      (context) => [context.name, firstOf(read, context, scope)] as const,
    );
    return {
      Matches: Object.fromEntries(found.map(([name, { matches }]) => [name, matches.length > 0 ? matches : null])),
      Truncations: Object.fromEntries(found.map(([name, { truncated }]) => [name, truncated])),
      ...readMeta(read),
    };
  });
  return [{ path: '/v1/search', methods: { PUT: search, POST: search } }];
}

function scopeOf(request: ApiRequest, body: Record<string, unknown>): Scope {
  const prefix = body['Prefix'];
  return { prefix: typeof prefix === 'string' ? prefix : '', namespace: namespaceOf(request) };
}

function contextsOf(wanted: unknown, prefix: string): readonly Context[] {
  if (wanted === ALL) return CONTEXTS.filter(({ ids, named }) => !named && (!ids || ID_PREFIX.test(prefix)));
  const found = CONTEXTS.find(({ name }) => name === wanted);
  if (found) return [found];
  const names = CONTEXTS.filter(({ named }) => !named)
    .map(({ name }) => name)
    .join(' ');
  throw new UnknownContextError(
    `context must be one of [${names}] or 'all' for all contexts; got ${JSON.stringify(String(wanted ?? ''))}`,
  );
}

class UnknownContextError extends Error {
  readonly code = 'invalid-request';
}

function firstOf(read: Read, { names, table, ids }: Context, scope: Scope): { matches: string[]; truncated: boolean } {
  const { tables } = read.state;
  if (table) read.sawIndex(tables[table].index);
  const matches: string[] = [];
  for (const name of names(tables, ids ? { ...scope, prefix: scope.prefix.toLowerCase() } : scope)) {
    if (matches.length === LIMIT) return { matches, truncated: true };
    matches.push(name);
  }
  return { matches, truncated: false };
}

function* idsIn(rows: Iterable<{ ID: string; Namespace: string }>, { namespace }: Scope): Generator<string> {
  for (const { ID, Namespace } of rows) if (namespace === '*' || namespace === Namespace) yield ID;
}

function* jobNames(jobs: Tables['jobs'], { prefix, namespace }: Scope): Generator<string> {
  if (namespace !== '*') return yield* idsIn(jobs.scan(`${namespace}/${prefix}`), { prefix, namespace });
  for (const { ID } of jobs.scan()) if (ID.startsWith(prefix)) yield ID;
}

function* policyIds({ jobs }: Tables, { prefix, namespace }: Scope): Generator<string> {
  for (const job of namespace === '*' ? jobs.scan() : jobs.by('scaled', namespace))
    for (const { ID } of policiesOf(job)) if (ID.startsWith(prefix)) yield ID;
}

function* namespaceNames(namespaces: Tables['namespaces'], prefix: string): Generator<string> {
  if (DEFAULT_NAMESPACE.startsWith(prefix)) yield DEFAULT_NAMESPACE;
  for (const name of namespaces.keys(prefix)) if (name !== DEFAULT_NAMESPACE) yield name;
}

function* poolNames({ nodePools, nodes }: Tables, prefix: string): Generator<string> {
  const ofNodes = [...nodes.values()].map(({ NodePool }) => NodePool || DEFAULT_POOL);
  const names = new Set([ALL_POOL, DEFAULT_POOL, ...nodePools.keys(prefix), ...ofNodes]);
  yield* [...names].filter((name) => name.startsWith(prefix)).sort();
}

function* pathsOf(variables: Tables['variables'], { prefix, namespace }: Scope): Generator<string> {
  const rows = namespace === '*' ? variables.scan() : variables.scan(`${namespace}/${prefix}`);
  for (const { Path } of rows) if (Path.startsWith(prefix)) yield Path;
}
