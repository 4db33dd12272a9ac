import type { Tunnels } from '../../rpc/tunnels.ts';
import { type Answer, text } from '../shared/answer.ts';
import type { Endpoint, Handler } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { ApiRequest, Method } from '../shared/request.ts';
import { actionTarget } from './actions.ts';
import type { NomadDeps } from './context.ts';
import type { OpenExec } from './exec-upgrade.ts';
import { checkId } from './ids.ts';

export type ClientApiDeps = NomadDeps & {
  readonly tunnels: Tunnels;
  /** Node id of this agent's own client, if it has one: `/v1/client/stats` without `node_id` is about it. */
  readonly localNode: () => string | undefined;
};

/**
 * `/v1/client/…`: what only the client of an allocation can answer. The request goes as it is down the connection that the client dialled,
 * and its answer comes back as a stream, as fast as the user reads.
 */
export function clientEndpoints(deps: ClientApiDeps): Endpoint[] {
  const toAllocation = (request: ApiRequest) => forward(deps, nodeOfAllocation(deps, request), request);
  const toNode = (request: ApiRequest) => forward(deps, nodeOf(deps, request), request);
  return [
    { path: '/v1/client/fs/:verb/:alloc', methods: { GET: toAllocation } },
    { path: '/v1/client/fs/:verb/', methods: { GET: toAllocation } },
    {
      path: '/v1/client/allocation/:alloc/:verb',
      methods: { GET: toAllocation, PUT: toAllocation, POST: toAllocation },
    },
    { path: '/v1/client/allocation/*', methods: { GET: () => text(404, 'resource not found') } },
    { path: '/v1/client/stats', methods: { GET: toNode } },
    { path: '/v1/client/gc', methods: { GET: toNode, PUT: toNode, POST: toNode } },
  ];
}

/** An unknown allocation goes to the local client, whose words for it are the peers'. */
function nodeOfAllocation(deps: ClientApiDeps, request: ApiRequest): string {
  const id = request.params['alloc'] ?? '';
  if (id === '') return nodeOf(deps, request);
  const row = deps.state.tables.allocs.get(checkId('alloc', id));
  return row?.NodeID ?? nodeOf(deps, request);
}

function nodeOf(deps: ClientApiDeps, request: ApiRequest): string {
  const asked = request.query.get('node_id');
  if (asked) return checkId('node', asked);
  return localNode(deps);
}

function localNode(deps: Pick<ClientApiDeps, 'state' | 'localNode'>): string {
  const local = deps.localNode() ?? deps.state.tables.nodes.values()[Symbol.iterator]().next().value?.ID;
  if (local === undefined) throw new BadRequestError('This agent runs no client: name one with ?node_id=');
  return local;
}

/** The way to the client of an allocation for commands in it. */
export function execOpener(deps: Pick<ClientApiDeps, 'state' | 'tunnels' | 'localNode'>): OpenExec {
  return ({ headers, ...asked }, signal) => {
    const { alloc, path } = asked.alloc === undefined ? actionTarget(deps.state, asked.path) : asked;
    const row = deps.state.tables.allocs.get(checkId('alloc', alloc ?? ''));
    const nodeId = row?.NodeID ?? localNode(deps);
    return deps.tunnels.open(nodeId, { path, headers }, signal);
  };
}

/** `/v1/agent/monitor` of another node. */
export function monitorOfNode(deps: ClientApiDeps): Handler {
  return (request) => forward(deps, nodeOf(deps, request), request, '/v1/client/monitor');
}

async function forward(deps: ClientApiDeps, nodeId: string, request: ApiRequest, path = request.path): Promise<Answer> {
  const query = request.query.toString();
  const response = await deps.tunnels.request(
    nodeId,
    {
      method: request.method as Method,
      path: `${encodeURI(path)}${query && `?${query}`}`,
      headers: {},
      ...(request.body.length > 0 && { body: request.body }),
    },
    request.signal,
  );
  const type = response.headers['content-type'];
  const rest = Object.entries(response.headers).filter(([name]) => name.startsWith('x-nomad-'));
  return {
    status: response.status,
    headers: Object.fromEntries(rest.map(([name, value]) => [name, String(value)])),
    body: { kind: 'stream', stream: response.stream, type: type ?? 'application/octet-stream', live: true },
  };
}
