import type { Endpoint } from '../shared/api.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from '../shared/api-server.ts';
import { eachHandler } from '../shared/each-handler.ts';
import { restricted } from './access.ts';
import { aclEndpoints } from './acl.ts';
import { agentEndpoints } from './agent.ts';
import { agentCheckEndpoints } from './agent-checks.ts';
import { agentHealthEndpoints } from './agent-health.ts';
import { agentMaintenanceEndpoints } from './agent-maintenance.ts';
import { agentServiceEndpoints } from './agent-services.ts';
import { createAskedBefore } from './asked-before.ts';
import { catalogEndpoints } from './catalog.ts';
import { configEntryEndpoints } from './config-entries.ts';
import { coordinateEndpoints } from './coordinates.ts';
import type { ConsulApiDeps } from './deps.ts';
import { consulDialect } from './dialect.ts';
import { dnsEndpoints } from './dns.ts';
import { inDatacenters } from './elsewhere.ts';
import { eventEndpoints } from './events.ts';
import { healthEndpoints } from './health.ts';
import { kvEndpoints } from './kv.ts';
import { meshEndpoints } from './mesh.ts';
import { operatorEndpoints } from './operator.ts';
import { pprofEndpoints } from './pprof/endpoints.ts';
import { queryEndpoints } from './queries.ts';
import { checkNamespace } from './reading.ts';
import { sessionEndpoints } from './sessions.ts';
import { snapshotEndpoints } from './snapshot.ts';
import { statusEndpoints } from './status.ts';
import { txnEndpoints } from './txn.ts';
import { waiting } from './waits.ts';

/** Where and to whom the API is served. */
export type ConsulServing = Omit<ApiServerOptions, 'endpoints' | 'dialect' | 'onAnswer'>;

/** Consul's HTTP API over this agent. `app` of the result answers without sockets. */
export function createConsulApi(deps: ConsulApiDeps, serving: ConsulServing): ApiServer {
  return createApiServer({
    ...serving,
    dialect: consulDialect,
    untilChanged: deps.state.untilChanged.bind(deps.state),
    endpoints: asConfigured(inDatacenters(deps, consulEndpoints(deps)), deps),
    onAnswer: ({ method, route, milliseconds }) => deps.metrics.answered(method, route, milliseconds),
  });
}

/** What an agent serves, as its operator restricts it. */
export function asConfigured(
  endpoints: readonly Endpoint[],
  { access, waits }: Pick<ConsulApiDeps, 'access' | 'waits'>,
): readonly Endpoint[] {
  const bounded = waits ? waiting(endpoints, waits) : endpoints;
  return access ? restricted(bounded, access) : bounded;
}

/** Every endpoint, by group. */
export function consulEndpoints(given: ConsulApiDeps): Endpoint[] {
  const deps = { ...given, askedBefore: createAskedBefore() };
  return [
    ...agentEndpoints(deps),
    ...inNoNamespace([
      ...agentServiceEndpoints(deps),
      ...agentCheckEndpoints(deps),
      ...agentMaintenanceEndpoints(deps),
      ...agentHealthEndpoints(deps),
    ]),
    ...catalogEndpoints(deps),
    ...healthEndpoints(deps),
    ...kvEndpoints(deps),
    ...txnEndpoints(deps),
    ...statusEndpoints(deps),
    ...operatorEndpoints(deps),
    ...sessionEndpoints(deps),
    ...eventEndpoints(deps),
    ...queryEndpoints(deps),
    ...coordinateEndpoints(deps),
    ...configEntryEndpoints(deps),
    ...snapshotEndpoints(deps),
    ...meshEndpoints,
    ...dnsEndpoints(deps.dns),
    ...pprofEndpoints(deps.profiling ?? false, deps.wallClock),
    ...aclEndpoints,
  ];
}

/** The agent's endpoints look at no datacenter, but refuse a namespace as all others do. */
function inNoNamespace(endpoints: readonly Endpoint[]): Endpoint[] {
  return eachHandler(endpoints, (handler) => (request) => {
    checkNamespace(request.query);
    return handler(request);
  });
}
