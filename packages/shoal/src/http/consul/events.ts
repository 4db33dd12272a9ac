import { eventId } from '../../catalog/events/event-id.ts';
import { fireEvent } from '../../catalog/events/fire.ts';
import { DEFAULT_WAIT_MS, MAX_WAIT_MS } from '../../state/blocking.ts';
import { type Answer, json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { blockingParams } from '../shared/blocking-params.ts';
import type { ApiRequest } from '../shared/request.ts';
import type { ConsulApiDeps } from './deps.ts';
import { eventObject } from './objects.ts';
import { requireName } from './params.ts';
import { checkPlace } from './reading.ts';

/** Users' events. */
export function eventEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    { path: '/v1/event/fire/*', methods: { PUT: (request) => fire(deps, request) } },
    { path: '/v1/event/list', methods: { GET: (request) => list(deps, request) } },
  ];
}

async function fire(deps: ConsulApiDeps, { params, query, body }: ApiRequest): Promise<Answer> {
  checkPlace(deps, query);
  const request = {
    name: requireName(params['*'], 'Missing name'),
    payload: body,
    nodeFilter: query.get('node') ?? '',
    serviceFilter: query.get('service') ?? '',
    tagFilter: query.get('tag') ?? '',
  };
  return json(eventObject(await fireEvent(deps.state, request, eventId(deps.newId))));
}

/** The index is the newest event's and has no order: who waits names the one it knows, and is answered when there is another. */
async function list({ events }: ConsulApiDeps, { query, signal }: ApiRequest): Promise<Answer> {
  const { waitMs, index } = blockingParams(query);
  const name = query.get('name') ?? '';
  const known = BigInt(index > 0 ? (query.get('index') ?? '0') : 0).toString();
  const deadline = performance.now() + Math.min(waitMs > 0 ? waitMs : DEFAULT_WAIT_MS, MAX_WAIT_MS);
  let heard = events.list(name);
  while (index > 0 && heard.index === known) {
    if (!(await events.wait(deadline - performance.now(), signal))) break;
    heard = events.list(name);
  }
  return json(heard.events.map(eventObject), { 'x-consul-index': heard.index });
}
