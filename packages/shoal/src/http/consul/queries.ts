import { commitPlanned } from '../../catalog/commit.ts';
import { QueryInvalidError } from '../../catalog/queries/errors.ts';
import { findQuery, queryInstances } from '../../catalog/queries/execute.ts';
import { checkQueryId, planCreateQuery, planDeleteQuery, planUpdateQuery } from '../../catalog/queries/plan.ts';
import { failOver } from '../../federation/fail-over.ts';
import type { Read } from '../../state/read.ts';
import type { PreparedQueryRow } from '../../state/rows.ts';
import { type Answer, empty, json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { NotFoundError } from '../shared/errors.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { DECODE_FAILED, queryBody } from './bodies.ts';
import type { ConsulApiDeps, ConsulContext } from './deps.ts';
import { nearTo } from './near.ts';
import { serviceEntryObject } from './objects.ts';
import { parseBool } from './params.ts';
import { answerRead, cachedHeaders, checkPlace, checkReadParams, consistencyOf } from './reading.ts';

/** Prepared queries: what to look for is kept under a name, in HTTP and DNS alike. */
export function queryEndpoints(deps: ConsulContext): Endpoint[] {
  return [
    {
      path: '/v1/query',
      methods: { GET: (request) => list(deps, request), POST: (request) => create(deps, request) },
    },
    {
      path: '/v1/query/*',
      methods: {
        GET: (request) => get(deps, request),
        PUT: (request) => (actionOf(request) ? onlyRead('PUT') : update(deps, request)),
        DELETE: (request) => (actionOf(request) ? onlyRead('DELETE') : remove(deps, request)),
        // Consul's answer names the methods of a query, without OPTIONS.
        POST: (request) => (actionOf(request) ? onlyRead('POST') : notAllowed('POST', 'GET,PUT,DELETE')),
      },
    },
  ];
}

function list(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  return answerRead(deps, request, (read) => read.all(read.state.tables.preparedQueries).map(queryObject));
}

const NOTHING = queryBody({}, '');

async function create(deps: ConsulApiDeps, { query, body }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  const ID = deps.newId();
  const { ID: given, ...asked } = decodeBody(body, queryBody, DECODE_FAILED);
  if (given !== '') throw new QueryInvalidError('ID must be empty when creating a new prepared query');
  const entry = { ...asked, ID };
  await commitPlanned(deps.state, (tables) => planCreateQuery(tables, entry));
  return json({ ID });
}

async function update(deps: ConsulApiDeps, { query, body, params }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  const ID = params['*'] ?? '';
  const given = body.length > 0 ? decodeBody(body, queryBody, DECODE_FAILED) : NOTHING;
  const entry = { ...given, ID };
  await commitPlanned(deps.state, (tables) => planUpdateQuery(tables, entry));
  return empty();
}

async function remove(deps: ConsulApiDeps, { query, params }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  await commitPlanned(deps.state, (tables) => planDeleteQuery(tables, params['*'] ?? ''));
  return empty();
}

async function get(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const action = actionOf(request);
  if (action)
    return action.verb === 'execute' ? execute(deps, request, action.name) : explain(deps, request, action.name);
  const path = request.params['*'] ?? '';
  checkReadParams(deps, request.query);
  checkQueryId(path);
  return answerRead(
    deps,
    request,
    (read) => read.get(read.state.tables.preparedQueries, path),
    (row, headers) => (row ? json([queryObject(row)], headers) : text(404, 'Query not found')),
  );
}

function actionOf({ params }: ApiRequest): { name: string; verb: string } | undefined {
  const found = /^(.+)\/(execute|explain)$/.exec(params['*'] ?? '');
  return found ? { name: found[1] ?? '', verb: found[2] ?? '' } : undefined;
}

const onlyRead = (method: string) => notAllowed(method, 'GET');

function notAllowed(method: string, allow: string): Answer {
  return text(405, `method ${method} not allowed`, { allow });
}

function execute(deps: ConsulContext, request: ApiRequest, name: string): Promise<Answer> {
  const { query } = request;
  const limit = limitOf(query);
  const throughMesh = connectOf(query);
  const cached = cachedHeaders(deps, request);
  const found = (read: Read) => {
    const row = findQuery(read, name);
    if (!row) throw new NotFoundError('Query not found');
    const near = nearTo(deps, query.get('near') || row.Service.Near);
    const wanted = { ...row.Service, ...(throughMesh && { Connect: true }) };
    const here = near(shuffled(queryInstances(read, wanted), deps.random), ({ node }) => node.Node);
    return { row, wanted, here: here.map(serviceEntryObject) };
  };
  // Shuffled anew for each that asks.
  return answerRead(deps, request, found, async ({ row, wanted, here }, headers) => {
    const there = here.length === 0 ? await failOver(wanted, deps.federation, request.signal) : undefined;
    const nodes = there ? shuffled(there.entries, deps.random) : here;
    const answer = {
      Service: row.Service.Service,
      Nodes: limit > 0 ? nodes.slice(0, limit) : nodes,
      DNS: row.DNS,
      Datacenter: there?.datacenter ?? deps.facts.datacenter,
      Failovers: there?.tried ?? 0,
      ...metaOf(query),
    };
    return json(answer, { ...headers, ...cached });
  });
}

function metaOf(query: URLSearchParams) {
  return { Index: 0, LastContact: 0, KnownLeader: true, ConsistencyLevel: consistencyOf(query) };
}

/** `?connect=`: proxies instead of the service's own instances. */
function connectOf(query: URLSearchParams): boolean {
  const given = query.get('connect') ?? '';
  const wanted = given === '' ? false : parseBool(given);
  if (wanted === undefined)
    throw new QueryInvalidError(
      `Error parsing 'connect' value: strconv.ParseBool: parsing ${JSON.stringify(given)}: invalid syntax`,
    );
  return wanted;
}

/** 0: all. */
function limitOf(query: URLSearchParams): number {
  const given = query.get('limit') ?? '';
  if (given !== '' && !/^[+-]?\d+$/.test(given))
    throw new QueryInvalidError(`Bad limit: strconv.Atoi: parsing ${JSON.stringify(given)}: invalid syntax`);
  return Number(given);
}

/** What would be executed: a template with its parts filled in. */
function explain(deps: ConsulApiDeps, request: ApiRequest, name: string): Promise<Answer> {
  limitOf(request.query);
  return answerRead(deps, request, (read) => {
    const row = findQuery(read, name);
    if (!row) throw new NotFoundError('Query not found');
    return { Query: queryObject(row), ...metaOf(request.query) };
  });
}

function queryObject(row: PreparedQueryRow) {
  const { ID, Name, Session, Token, Template, Service, DNS, CreateIndex, ModifyIndex } = row;
  return { ID, Name, Session, Token, Template, Service, DNS, CreateIndex, ModifyIndex };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}
