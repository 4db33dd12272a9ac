import { checkSessionId } from '../../catalog/sessions/locks.ts';
import type { SessionRequest } from '../../catalog/sessions/plan.ts';
import type { SessionRow } from '../../state/rows.ts';
import { type Answer, json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { DECODE_FAILED, type SessionBody, sessionBody } from './bodies.ts';
import type { ConsulApiDeps } from './deps.ts';
import { requireName } from './params.ts';
import { answerRead, checkPlace, checkReadParams } from './reading.ts';

const DEFAULT_LOCK_DELAY = 15e9;
/** A session ends with its agent, unless it says what else it depends on. */
const DEFAULT_CHECKS = ['serfHealth'];

/** Sessions: who may hold locks, and until when. */
export function sessionEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    { path: '/v1/session/create', methods: { PUT: (request) => create(deps, request) } },
    { path: '/v1/session/renew/*', methods: { PUT: (request) => renew(deps, request) } },
    { path: '/v1/session/destroy/*', methods: { PUT: (request) => destroy(deps, request) } },
    { path: '/v1/session/info/*', methods: { GET: (request) => info(deps, request) } },
    { path: '/v1/session/node/*', methods: { GET: (request) => ofNode(deps, request) } },
    { path: '/v1/session/list', methods: { GET: (request) => list(deps, request) } },
  ];
}

async function create(deps: ConsulApiDeps, { query, body }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  const given = body.length > 0 ? decodeBody(body, sessionBody, DECODE_FAILED) : NOTHING;
  return json({ ID: await deps.sessions.create(requestOf(given, deps.facts.nodeName)) });
}

const NOTHING = sessionBody({}, '');

function requestOf(
  { Node, Checks, NodeChecks, LockDelay, ServiceChecks, ...given }: SessionBody,
  node: string,
): SessionRequest {
  return {
    ...given,
    Node: Node ?? node,
    LockDelay: LockDelay ?? DEFAULT_LOCK_DELAY,
    NodeChecks: nodeChecks(Checks, NodeChecks),
    ServiceChecks: ServiceChecks ?? null,
  };
}

/** `Checks` is the older name: it adds to the default, and an empty list of either is none at all. */
function nodeChecks(older: readonly string[] | undefined, given: readonly string[] | undefined): readonly string[] {
  if (older?.length === 0 || given?.length === 0) return [];
  return [...new Set([...(given ?? DEFAULT_CHECKS), ...(older ?? [])])];
}

function renew(deps: ConsulApiDeps, { query, params }: ApiRequest): Answer {
  checkPlace(deps, query);
  const id = requireName(params['*'], 'Missing session');
  const row = deps.sessions.renew(id);
  return row ? json([sessionObject(row)]) : text(404, `Session id '${id}' not found`);
}

async function destroy(deps: ConsulApiDeps, { query, params }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  await deps.sessions.destroy(requireName(params['*'], 'Missing session'));
  return json(true);
}

async function info(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const id = requireName(request.params['*'], 'Missing session');
  checkReadParams(deps, request.query);
  checkSessionId(id);
  return answerRead(deps, request, (read) => {
    const row = read.get(read.state.tables.sessions, id);
    return row ? [sessionObject(row)] : [];
  });
}

async function ofNode(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const node = requireName(request.params['*'], 'Missing node name').toLowerCase();
  return answerRead(deps, request, (read) => read.by(read.state.tables.sessions, 'node', node).map(sessionObject));
}

function list(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  return answerRead(deps, request, (read) => read.all(read.state.tables.sessions).map(sessionObject));
}

function sessionObject(row: SessionRow) {
  const { ID, Name, Node, LockDelay, Behavior, TTL, NodeChecks, ServiceChecks, CreateIndex, ModifyIndex } = row;
  return { ID, Name, Node, LockDelay, Behavior, TTL, NodeChecks, ServiceChecks, CreateIndex, ModifyIndex };
}
