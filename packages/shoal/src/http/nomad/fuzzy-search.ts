import { DEFAULT_NAMESPACE } from '../../server/namespaces.ts';
import type { Read } from '../../state/read.ts';
import type { JobRow } from '../../state/rows.ts';
import type { Tables } from '../../state/tables.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { type FuzzySearch, type NomadDeps, namespaceOf, objectBody, reading, readMeta } from './context.ts';

const USUAL: FuzzySearch = { fuzzy: true, limit: 20, minLength: 2 };

/** `scope`: where the thing is, from the outside in. */
type Named = { readonly kind: string; readonly id: string; readonly scope?: readonly string[] };

type Context = {
  readonly name: string;
  /** Whatever is looked at; it may be of several kinds. */
  readonly things: (tables: Tables, namespace: string) => Iterable<Named>;
  /** The table whose index the answer has. */
  readonly table: keyof Tables;
};

const CONTEXTS: readonly Context[] = [
  { name: 'jobs', table: 'jobs', things: partsOfJobs },
  { name: 'nodes', table: 'nodes', things: nodeNames },
  { name: 'allocs', table: 'allocs', things: allocNames },
  { name: 'namespaces', table: 'namespaces', things: namespaceNames },
  { name: 'node_pools', table: 'nodePools', things: poolNames },
];

/**
 * `/v1/search/fuzzy` (https://developer.hashicorp.com/nomad/api-docs/search#fuzzy-searching): what has a text anywhere in its name, in any case: jobs
 * and all that is named in them, nodes, allocations, namespaces and node pools. What has it nearest to its beginning comes first.
 */
export function fuzzySearchEndpoints(deps: NomadDeps): Endpoint[] {
  const { fuzzy, limit, minLength } = deps.search ?? USUAL;
  const search = reading(deps, (read, request) => {
    if (!fuzzy)
      throw new BadRequestError('fuzzy search is off: the configuration of the server says fuzzy_enabled = false');
    const body = objectBody(request, 'Search must be specified');
    const text = textOf(body['Text'], minLength);
    const found = contextsOf(body['Context']).flatMap((context) => matches(read, context, text, namespaceOf(request)));
    const byKind = new Map<string, Match[]>();
    for (const match of found) {
      const ofKind = byKind.get(match.kind);
      if (ofKind) ofKind.push(match);
      else byKind.set(match.kind, [match]);
    }
    const kinds = [...byKind].map(([kind, all]) => [kind, all.sort(nearest)] as const);
    return {
      Matches: Object.fromEntries(kinds.map(([kind, all]) => [kind, all.slice(0, limit).map(shown)])),
      Truncations: Object.fromEntries(kinds.map(([kind, all]) => [kind, all.length > limit])),
      ...readMeta(read),
    };
  });
  return [{ path: '/v1/search/fuzzy', methods: { PUT: search, POST: search } }];
}

type Match = Named & { readonly at: number };

function textOf(given: unknown, minLength: number): string {
  const text = typeof given === 'string' ? given : '';
  if (text.length < minLength)
    throw new BadRequestError(
      `fuzzy search query must be at least ${minLength} characters, got ${text.length} (${JSON.stringify(text)})`,
    );
  return text.toLowerCase();
}

function contextsOf(wanted: unknown): readonly Context[] {
  if (wanted === 'all' || wanted === undefined || wanted === '') return CONTEXTS;
  const found = CONTEXTS.find(({ name }) => name === wanted);
  if (found) return [found];
  throw new BadRequestError(
    `context must be one of [${CONTEXTS.map(({ name }) => name).join(' ')}] or 'all' for all contexts; got ${JSON.stringify(wanted)}`,
  );
}

function matches(read: Read, { things, table }: Context, text: string, namespace: string): Match[] {
  const { tables } = read.state;
  read.sawIndex(tables[table].index);
  const found: Match[] = [];
  for (const thing of things(tables, namespace)) {
    const at = thing.id.toLowerCase().indexOf(text);
    if (at >= 0) found.push({ ...thing, at });
  }
  return found;
}

function nearest(one: Match, other: Match): number {
  return one.at - other.at || (one.id < other.id ? -1 : Number(one.id > other.id));
}

function shown({ id, scope }: Named) {
  return { ID: id, ...(scope && { Scope: scope }) };
}

function* partsOfJobs({ jobs }: Tables, namespace: string): Generator<Named> {
  for (const job of namespace === '*' ? jobs.scan() : jobs.scan(`${namespace}/`)) yield* partsOf(job);
}

function* partsOf(job: JobRow): Generator<Named> {
  const ofJob = [job.Namespace, job.ID];
  yield { kind: 'jobs', id: job.Name, scope: ofJob };
  for (const group of job.TaskGroups ?? []) {
    const ofGroup = [...ofJob, group.Name];
    yield { kind: 'groups', id: group.Name, scope: ofJob };
    for (const { Name } of group.Services ?? []) yield { kind: 'services', id: Name, scope: ofGroup };
    for (const task of group.Tasks ?? []) {
      const ofTask = [...ofGroup, task.Name];
      yield { kind: 'tasks', id: task.Name, scope: ofGroup };
      for (const { Name } of task.Services ?? []) yield { kind: 'services', id: Name, scope: ofTask };
      for (const [kind, key] of CONFIGURED) {
        const value = task.Config?.[key];
        if (typeof value === 'string') yield { kind, id: value, scope: ofTask };
      }
    }
  }
}

/** What the settings of drivers name. */
const CONFIGURED = [
  ['images', 'image'],
  ['commands', 'command'],
  ['classes', 'class'],
] as const;

function* nodeNames({ nodes }: Tables): Generator<Named> {
  for (const { Name, ID } of nodes.values()) yield { kind: 'nodes', id: Name, scope: [ID] };
}

function* allocNames({ allocs }: Tables, namespace: string): Generator<Named> {
  for (const { Name, ID, Namespace } of allocs.values())
    if (namespace === '*' || Namespace === namespace) yield { kind: 'allocs', id: Name, scope: [Namespace, ID] };
}

function* namespaceNames({ namespaces }: Tables): Generator<Named> {
  for (const name of new Set([DEFAULT_NAMESPACE, ...namespaces.keys()])) yield { kind: 'namespaces', id: name };
}

function* poolNames({ nodePools, nodes }: Tables): Generator<Named> {
  const ofNodes = [...nodes.values()].map(({ NodePool }) => NodePool || 'default');
  for (const name of new Set(['all', 'default', ...nodePools.keys(), ...ofNodes]))
    yield { kind: 'node_pools', id: name };
}
