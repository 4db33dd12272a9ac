import { parseDuration } from '../../duration.ts';
import type { Datacenter } from '../../federation/federation.ts';
import { wasPassedOn } from '../../federation/remote.ts';
import { DEFAULT_WAIT_MS, MAX_WAIT_MS } from '../../state/blocking.ts';
import { type Answer, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { eachHandler } from '../shared/each-handler.ts';
import { answerOf, passedOn } from '../shared/passed-on.ts';
import type { ApiRequest } from '../shared/request.ts';
import type { ConsulApiDeps } from './deps.ts';

/** The agent's own, whatever datacenter is named: as Consul has it. */
const OWN = /^\/debug\/|^\/v1\/(?:agent\/|event\/list$|(?:catalog|coordinate)\/datacenters$)/;
/** Their bodies say where, too. */
const BODY_SAYS = /^\/v1\/catalog\/(?:de)?register$/;
/** All others are not looked into: most requests name none. */
const MAY_NAME_ONE = /[?&]dc=|^\/v1\/catalog\/(?:de)?register(?:$|\?)/;

/**
 * Endpoints that also answer for the other datacenters that are known here (`?dc=`): the request goes to one of that datacenter's APIs, and its answer is ours, as it comes. A
 * datacenter that is not known is left to the endpoint, which refuses it.
 */
export function inDatacenters(deps: Pick<ConsulApiDeps, 'federation'>, endpoints: readonly Endpoint[]): Endpoint[] {
  return eachHandler(endpoints, (handler) => (request) => {
    const isOurs = !MAY_NAME_ONE.test(request.url) || OWN.test(request.path);
    const there = isOurs ? undefined : deps.federation.get(datacenterOf(request));
    // Who has it from another agent is of that datacenter, or was named wrongly there.
    return there && !wasPassedOn(request.headers.via) ? passOn(there, request) : handler(request);
  });
}

function datacenterOf({ path, query, body }: ApiRequest): string {
  return (BODY_SAYS.test(path) && datacenterIn(body)) || (query.get('dc') ?? '');
}

function datacenterIn(body: Buffer): string {
  try {
    const given: unknown = JSON.parse(body.toString('utf8'));
    const fields = Object.entries((given ?? {}) as object);
    const [, named] = fields.find(([name]) => name.toLowerCase() === 'datacenter') ?? [];
    return typeof named === 'string' ? named : '';
  } catch {
    // The endpoint says what is wrong with it.
    return '';
  }
}

/** Beyond the time that the request itself may wait. */
const ANSWER_MS = 30_000;

async function passOn(
  { send }: Datacenter,
  { method, url, headers, body, query, signal }: ApiRequest,
): Promise<Answer> {
  try {
    const answer = await send({
      ...{ method, path: url, signal },
      headers: passedOn(headers),
      ...(body.length > 0 && { body }),
      answerWithinMs: waitOf(query) + ANSWER_MS,
    });
    return answerOf(answer);
  } catch (error) {
    if (!signal.aborted) throw error;
    // The client is gone, or this agent stops.
    return text(503, 'Ended before the other datacenter answered');
  }
}

/** As long as `?wait=` says, and the sixteenth more by which servers spread the ends of waits. */
function waitOf(query: URLSearchParams): number {
  if ((query.get('index') || '0') === '0') return 0;
  const asked = (parseDuration(query.get('wait') ?? '') ?? 0) / 1e6;
  return Math.min(asked > 0 ? asked : DEFAULT_WAIT_MS, MAX_WAIT_MS) * (17 / 16);
}
