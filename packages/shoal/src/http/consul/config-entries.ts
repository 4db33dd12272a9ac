import { commitPlanned } from '../../catalog/commit.ts';
import { checkKind, entryKey, planDeleteEntry, planPutEntry } from '../../catalog/config-entries/plan.ts';
import { type Answer, json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { NotFoundError } from '../shared/errors.ts';
import { filterOf } from '../shared/filter/filter-of.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { entryBody } from './config-entry-bodies.ts';
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

async function put(deps: ConsulApiDeps, { query, body }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  const entry = decodeBody(body, entryBody, 'Bad request: Request decoding failed: ');
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
  if (name === undefined) throw new NotFoundError('Must provide both a kind and name to delete');
  const cas = casOf(query);
  const { result } = await commitPlanned(deps.state, (tables) => planDeleteEntry(tables, kind, name, cas));
  return json(cas === undefined ? {} : result);
}

function pathOf({ params }: ApiRequest): { kind: string; name: string | undefined } {
  const path = params['*'] ?? '';
  const at = path.indexOf('/');
  return at < 0 ? { kind: path, name: undefined } : { kind: path.slice(0, at), name: path.slice(at + 1) };
}
