import { commitPlanned } from '../../catalog/commit.ts';
import {
  type ConfigEntry,
  checkKind,
  entryKey,
  planDeleteEntry,
  planPutEntry,
} from '../../catalog/config-entries/plan.ts';
import { type Answer, json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { filterOf } from '../shared/filter/filter-of.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { anything, type Decode, map, string, struct } from '../shared/shape.ts';
import { DECODE_FAILED } from './bodies.ts';
import type { ConsulApiDeps } from './deps.ts';
import { configEntryFields } from './filter-fields.ts';
import { casOf } from './params.ts';
import { answerRead, checkPlace } from './reading.ts';

/** Consul's central configuration: kept and served. */
export function configEntryEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    { path: '/v1/config', methods: { PUT: (request) => put(deps, request) } },
    {
      path: '/v1/config/*',
      methods: { GET: (request) => get(deps, request), DELETE: (request) => remove(deps, request) },
    },
  ];
}

const named = struct({ Kind: string, Name: string });
const fields = map(anything);

/** Any fields; the two that make its key are found under either spelling. */
const entryBody: Decode<ConfigEntry> = (value, field) => {
  const {
    Kind: _,
    kind: __,
    Name: ___,
    name: ____,
    CreateIndex: _____,
    ModifyIndex: ______,
    ...rest
  } = fields(value, field);
  return { ...rest, ...named(value, field) };
};

async function put(deps: ConsulApiDeps, { query, body }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  const entry = decodeBody(body, entryBody, DECODE_FAILED);
  const { result } = await commitPlanned(deps.state, (tables) => planPutEntry(tables, entry, casOf(query)));
  return json(result);
}

async function get(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const { kind, name } = pathOf(request);
  checkKind(kind);
  if (name === undefined) {
    const passes = filterOf(request.query, configEntryFields);
    return answerRead(deps, request, (read) => read.by(read.state.tables.configEntries, 'kind', kind).filter(passes));
  }
  return answerRead(
    deps,
    request,
    (read) => read.get(read.state.tables.configEntries, entryKey(kind, name)),
    (row, headers) =>
      row ? json(row, headers) : text(404, `Config entry not found for "${kind}" / "${name}"`, headers),
  );
}

async function remove(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const { query } = request;
  checkPlace(deps, query);
  const { kind, name } = pathOf(request);
  if (name === undefined) throw new BadRequestError('Must provide both a kind and name to delete');
  const cas = casOf(query);
  const { result } = await commitPlanned(deps.state, (tables) => planDeleteEntry(tables, kind, name, cas));
  return json(cas === undefined ? {} : result);
}

function pathOf({ params }: ApiRequest): { kind: string; name: string | undefined } {
  const path = params['*'] ?? '';
  const at = path.indexOf('/');
  return at < 0 ? { kind: path, name: undefined } : { kind: path.slice(0, at), name: path.slice(at + 1) };
}
