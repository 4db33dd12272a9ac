import { formatDuration } from '../../duration.ts';
import type { VariableResult } from '../../server/variables/variables.ts';
import type { VariableRow } from '../../state/rows.ts';
import { variableKey } from '../../state/tables.ts';
import { type Answer, json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { Fields } from '../shared/filter/fields.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { type Decoded, duration, map, optional, string, struct } from '../shared/shape.ts';
import { Missing, type NomadDeps, namespaceOf, reading } from './context.ts';
import { pageOf } from './listing.ts';

/** `/v1/vars` and `/v1/var/…` (https://developer.hashicorp.com/nomad/api-docs/variables). A list tells no items. */
export function variableEndpoints(deps: NomadDeps): Endpoint[] {
  const { variables: table } = deps.state.tables;
  const list = reading(deps, (read, request) => {
    const [namespace, prefix] = [namespaceOf(request), request.query.get('prefix') ?? ''];
    const rows = read.list(table, namespace === '*' ? '' : variableKey(namespace, prefix));
    return pageOf(request, {
      rows: rows.filter(({ Path }) => Path.startsWith(prefix)),
      placeOf: ({ Namespace, Path }) => ({ index: 0, id: `${Namespace}.${Path}` }),
      shown: stub,
      fields,
    });
  });
  const one = reading(deps, (read, request) => {
    const row = read.get(table, variableKey(namespaceOf(request), pathOf(request)));
    return row ? shown(deps, row) : new Missing('variable not found');
  });
  const remove = async (request: ApiRequest) => {
    const [namespace, path] = [namespaceOf(request), pathOf(request)];
    const result = await deps.server.variables.remove({ namespace, path }, casOf(request));
    if ('row' in result) return conflict(deps, { namespace, path }, result.row);
    return json({ Index: result.index }, { 'x-nomad-index': String(result.index) });
  };
  const put = (request: ApiRequest) => write(deps, request);
  return [
    { path: '/v1/vars', methods: { GET: list } },
    { path: '/v1/var/*', methods: { GET: one, PUT: put, POST: put, DELETE: remove } },
  ];
}

const body = struct({
  Namespace: string,
  Path: string,
  Items: optional(map(string)),
  Lock: optional(struct({ ID: string, TTL: duration, LockDelay: duration })),
});
type Body = Decoded<typeof body>;

/** The parameter's namespace counts, then the body's. The path is that of the URL. */
async function write(deps: NomadDeps, request: ApiRequest): Promise<Answer> {
  const given = decodeBody(request.body, body, '');
  const namespace = request.query.get('namespace') || given.Namespace || namespaceOf(request);
  const place = { namespace, path: pathOf(request) };
  const result = await act(deps, place, given, request);
  if (result.kind === 'conflict') return conflict(deps, place, result.row);
  const { row } = result;
  const index = { 'x-nomad-index': String(row.ModifyIndex) };
  const holdsLock = request.query.has('lock-acquire') || given.Lock?.ID === row.Lock?.ID;
  const lock = row.Lock && { Lock: { ...lockOf(row.Lock), ...(holdsLock && { ID: row.Lock.ID }) } };
  // Who only renews or lets go is not told the items.
  const named = request.query.has('lock-renew') || request.query.has('lock-release');
  return json({ ...(named ? stub(row) : shown(deps, row)), ...lock }, index);
}

type Place = { readonly namespace: string; readonly path: string };
type Result = Exclude<VariableResult, { kind: 'written' }> | { kind: 'written' | 'renewed'; row: VariableRow };

async function act(
  { server: { variables } }: NomadDeps,
  place: Place,
  given: Body,
  request: ApiRequest,
): Promise<Result> {
  const verbs = ['lock-acquire', 'lock-renew', 'lock-release'].filter((verb) => request.query.has(verb));
  if (verbs.length > 1) throw new BadRequestError(`${verbs.join(' and ')} exclude each other`);
  const lockId = given.Lock?.ID ?? '';
  const cas = casOf(request);
  switch (verbs[0]) {
    case undefined:
      return variables.put(place, given.Items ?? {}, { ...(cas !== undefined && { cas }), lockId });
    case 'lock-acquire':
      return variables.acquire(place, given.Lock ?? { ID: '', TTL: 0, LockDelay: 0 }, given.Items);
    default:
      if (lockId === '') throw new BadRequestError('missing lock ID: give it as "Lock": { "ID": … }');
      if (given.Items && Object.keys(given.Items).length > 0)
        throw new BadRequestError(`${verbs[0]} writes no items: leave "Items" out`);
      return verbs[0] === 'lock-renew' ? variables.renew(place, lockId) : variables.release(place, lockId);
  }
}

/** What is there instead; with indexes of 0 where there is nothing. */
function conflict(deps: NomadDeps, { namespace, path }: Place, row: VariableRow | undefined): Answer {
  const nothing = { Namespace: namespace, Path: path, ...NEVER, Items: null, Lock: null };
  return json(row ? shown(deps, row) : nothing, {}, 409);
}

const NEVER = { CreateIndex: 0, ModifyIndex: 0, CreateTime: 0, ModifyTime: 0 };

function stub({ Namespace, Path, CreateIndex, ModifyIndex, CreateTime, ModifyTime, Lock }: VariableRow) {
  const times = { CreateIndex, ModifyIndex, CreateTime, ModifyTime };
  return { Namespace, Path, ...times, ...(Lock && { Lock: lockOf(Lock) }) };
}

function shown(deps: NomadDeps, row: VariableRow) {
  return { ...stub(row), Items: deps.server.variables.itemsOf(row) };
}

/** Without its ID, which lets who knows it change the variable. */
function lockOf({ TTL, LockDelay }: NonNullable<VariableRow['Lock']>) {
  return { TTL: formatDuration(TTL), LockDelay: formatDuration(LockDelay) };
}

const fields: Fields = {
  Namespace: 'string',
  Path: 'string',
  CreateIndex: 'int',
  ModifyIndex: 'int',
  CreateTime: 'int',
  ModifyTime: 'int',
};

function pathOf(request: ApiRequest): string {
  const path = request.params['*'] ?? '';
  if (path === '') throw new BadRequestError('missing variable path');
  return path;
}

function casOf({ query }: ApiRequest): number | undefined {
  const cas = query.get('cas');
  if (cas === null || cas === '') return undefined;
  if (!/^\d{1,15}$/.test(cas)) throw new BadRequestError(`cas is an index, a whole number, not ${JSON.stringify(cas)}`);
  return Number(cas);
}
