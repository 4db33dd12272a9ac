import { worstStatus } from '../../catalog/health.ts';
import {
  NODE_MAINTENANCE,
  type RegisteredCheck,
  SERVICE_MAINTENANCE,
  type ServiceDefinition,
} from '../../catalog/registry/definitions.ts';
import type { Answer } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ApiRequest } from '../shared/request.ts';
import type { ConsulApiDeps } from './deps.ts';
import { agentHealthCheckObject, agentServiceObject } from './objects.ts';
import { requireName } from './params.ts';

/** Health of this agent's services in a status code, made for load balancers: 200, 429 (warning), 503 (critical, maintenance), 404. */
export function agentHealthEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    { path: '/v1/agent/health/service/id/*', methods: { GET: (request) => byId(deps, request) } },
    { path: '/v1/agent/health/service/name/*', methods: { GET: (request) => byName(deps, request) } },
  ];
}

type Aggregate = 'passing' | 'warning' | 'critical' | 'maintenance';
const CODE: Record<Aggregate, number> = { passing: 200, warning: 429, critical: 503, maintenance: 503 };

function byId(deps: ConsulApiDeps, request: ApiRequest): Answer {
  const id = requireName(request.params['*'], 'Missing serviceID');
  const service = deps.registry.services.get(id);
  if (!service) {
    const reason = `ServiceId ${id} not found`;
    if (!wantsText(request))
      return withJson(404, { AggregatedStatus: 'critical', Service: null, Checks: null }, reason);
    // The type is Consul's.
    return { ...withText(404, reason), body: { kind: 'text', text: reason, type: 'application/json' } };
  }
  const info = infoOf(deps, service);
  return wantsText(request)
    ? withText(CODE[info.status], info.status)
    : withJson(CODE[info.status], info.object, info.status);
}

/** Several instances: the worst code answers. */
function byName(deps: ConsulApiDeps, request: ApiRequest): Answer {
  const name = requireName(request.params['*'], 'Missing service Name');
  const instances = [...deps.registry.services.values()].filter((service) => service.name === name);
  const infos = instances.map((service) => infoOf(deps, service));
  const worst = infos.reduce<(typeof infos)[number] | undefined>(
    (found, info) => (found && CODE[found.status] >= CODE[info.status] ? found : info),
    undefined,
  );
  const code = worst ? CODE[worst.status] : 404;
  const reason = worst?.status ?? `ServiceName ${name} Not Found`;
  if (wantsText(request)) return withText(code, reason);
  return withJson(
    code,
    infos.map(({ object }) => object),
    reason,
  );
}

function infoOf({ registry, facts }: ConsulApiDeps, service: ServiceDefinition) {
  const checks = [...registry.checksOf(''), ...registry.checksOf(service.id)];
  const status = aggregate(checks);
  const objects = checks.map((check) =>
    agentHealthCheckObject(facts.nodeName, check, registry.services.get(check.definition.serviceId)),
  );
  return { status, object: { AggregatedStatus: status, Service: agentServiceObject(service), Checks: objects } };
}

function aggregate(checks: readonly RegisteredCheck[]): Aggregate {
  const isMaintenance = checks.some(
    ({ definition: { id } }) => id === NODE_MAINTENANCE || id.startsWith(SERVICE_MAINTENANCE),
  );
  return isMaintenance ? 'maintenance' : worstStatus(checks.map(({ status }) => ({ Status: status })));
}

function wantsText({ query, headers }: ApiRequest): boolean {
  return query.get('format') === 'text' || (headers.accept ?? '').startsWith('text/plain');
}

function withText(status: number, text: string): Answer {
  return { status, headers: why(status, text), body: { kind: 'text', text, type: 'text/plain' } };
}

function withJson(status: number, value: unknown, reason: string): Answer {
  return { status, headers: why(status, reason), body: { kind: 'json', value } };
}

/** The reason, for who looks at no body. Names are of any characters, headers are not. */
function why(status: number, reason: string): Record<string, string> {
  return status === 200 ? {} : { 'x-consul-reason': reason.replaceAll(/[^\t\x20-\x7e]/g, '?') };
}
