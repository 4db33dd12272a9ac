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
import { answerRead, cachedHeaders, checkPlace } from './reading.ts';

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
        PUT: (request) => update(deps, request),
        DELETE: (request) => remove(deps, request),
        // Consul's answer names the methods of a query, without OPTIONS.
        POST: () => text(405, 'method POST not allowed', { allow: 'GET,PUT,DELETE' }),
      },
    },
  ];
}

function list(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  return answerRead(deps, request, (read) => read.all(read.state.tables.preparedQueries).map(queryObject));
}

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
  const entry = { ...decodeBody(body, queryBody, DECODE_FAILED), ID: params['*'] ?? '' };
  await commitPlanned(deps.state, (tables) => planUpdateQuery(tables, entry));
  return empty();
}

async function remove(deps: ConsulApiDeps, { query, params }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  await commitPlanned(deps.state, (tables) => planDeleteQuery(tables, params['*'] ?? ''));
  return empty();
}

async function get(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const path = request.params['*'] ?? '';
  const action = /^(.+)\/(execute|explain)$/.exec(path);
  if (action)
    return action[2] === 'execute' ? execute(deps, request, action[1] ?? '') : explain(deps, request, action[1] ?? '');
  checkQueryId(path);
  return answerRead(
    deps,
    request,
    (read) => read.get(read.state.tables.preparedQueries, path),
    (row, headers) => (row ? json([queryObject(row)], headers) : text(404, 'Query not found')),
  );
}

function execute(deps: ConsulContext, request: ApiRequest, name: string): Promise<Answer> {
  const { query } = request;
  const limit = limitOf(query);
  const cached = cachedHeaders(deps, request);
  const found = (read: Read) => {
    const row = findQuery(read, name);
    if (!row) throw new NotFoundError('Query not found');
    const near = nearTo(deps, query.get('near') || row.Service.Near);
    const here = near(shuffled(queryInstances(read, row.Service), deps.random), ({ node }) => node.Node);
    return { row, here: here.map(serviceEntryObject) };
  };
  // Shuffled anew for each that asks.
  return answerRead(deps, request, found, async ({ row, here }, headers) => {
    const there = here.length === 0 ? await failOver(row.Service, deps.federation, request.signal) : undefined;
    const nodes = there ? shuffled(there.entries, deps.random) : here;
    const answer = {
      Service: row.Service.Service,
      Nodes: limit > 0 ? nodes.slice(0, limit) : nodes,
      DNS: row.DNS,
      Datacenter: there?.datacenter ?? deps.facts.datacenter,
      Failovers: there?.tried ?? 0,
      ...QUERY_META,
    };
    return json(answer, { ...headers, ...cached });
  });
}

const QUERY_META = { Index: 0, LastContact: 0, KnownLeader: true, ConsistencyLevel: 'leader' };

/** 0: all. */
function limitOf(query: URLSearchParams): number {
  const given = query.get('limit') ?? '';
  if (given !== '' && !/^[+-]?\d+$/.test(given))
    throw new QueryInvalidError(`Bad limit: strconv.Atoi: parsing ${JSON.stringify(given)}: invalid syntax`);
  return Number(given);
}

/** What would be executed: a template with its parts filled in. */
function explain(deps: ConsulApiDeps, request: ApiRequest, name: string): Promise<Answer> {
  return answerRead(deps, request, (read) => {
    const row = findQuery(read, name);
    if (!row) throw new NotFoundError('Query not found');
    return { Query: queryObject(row), ...QUERY_META };
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
