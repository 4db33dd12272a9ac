import { isCoordinate } from '../../catalog/coordinates/vivaldi.ts';
import { DEFAULT_WAIT_MS, MAX_WAIT_MS } from '../../state/blocking.ts';
import { type Answer, empty, json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { blockingParams } from '../shared/blocking-params.ts';
import { BadRequestError } from '../shared/errors.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { coordinateBody, DECODE_FAILED } from './bodies.ts';
import type { ConsulApiDeps } from './deps.ts';
import { requireName } from './params.ts';
import { checkPlace, checkReadParams, readHeaders } from './reading.ts';
import { wanCoordinates } from './wan.ts';

/** Where the nodes are in the network: distances are times of round trips. */
export function coordinateEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    { path: '/v1/coordinate/datacenters', methods: { GET: () => json(wanCoordinates(deps)) } },
    { path: '/v1/coordinate/nodes', methods: { GET: (request) => nodes(deps, request) } },
    { path: '/v1/coordinate/node/*', methods: { GET: (request) => node(deps, request) } },
    { path: '/v1/coordinate/update', methods: { PUT: (request) => update(deps, request) } },
  ];
}

async function nodes(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  await due(deps, request);
  const found = deps.coordinates.list().filter((one) => isIn(one, request.query));
  return json(found, readHeaders(deps.coordinates.index(), request.query));
}

/** `?segment=` */
function isIn({ Segment }: { readonly Segment: string }, query: URLSearchParams): boolean {
  const segment = query.get('segment');
  return segment === null || Segment === segment;
}

async function node(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const name = requireName(request.params['*'], 'Missing node name');
  await due(deps, request);
  const found = deps.coordinates.get(name);
  if (!found || !isIn(found, request.query)) return empty(404);
  return json([found], readHeaders(deps.coordinates.index(), request.query));
}

function update(deps: ConsulApiDeps, { query, body }: ApiRequest): Answer {
  checkPlace(deps, query);
  const { Node, Coord } = decodeBody(body, coordinateBody, DECODE_FAILED);
  if (!isCoordinate(Coord)) throw new BadRequestError('Coordinate is invalid: it needs 8 finite dimensions');
  if (!deps.state.tables.catalogNodes.get(Node.toLowerCase())) throw new BadRequestError('Missing node registration');
  deps.coordinates.set(Node, Coord);
  return empty();
}

/** Coordinates are not in the store, so who waits hangs on them and not on the state. */
async function due(deps: ConsulApiDeps, { query, signal }: ApiRequest): Promise<void> {
  checkReadParams(deps, query);
  const { index, waitMs } = blockingParams(query);
  if (index === 0 || deps.coordinates.index() !== index) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopListening();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const stopListening = deps.coordinates.onChange(end);
    const timer = setTimeout(end, Math.min(waitMs > 0 ? waitMs : DEFAULT_WAIT_MS, MAX_WAIT_MS));
    signal.addEventListener('abort', end, { once: true });
  });
}
