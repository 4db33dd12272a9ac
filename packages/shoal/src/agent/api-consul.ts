import type { AgentConfig } from '../config/agent-config.ts';
import { hostPort } from '../host-port.ts';
import { createConsulApi } from '../http/consul/api.ts';
import type { ConsulFacts } from '../http/consul/deps.ts';
import { createHttpMetrics } from '../http/consul/metrics.ts';
import type { ApiServer } from '../http/shared/api-server.ts';
import type { Log } from '../log.ts';
import type { State } from '../state/state.ts';
import type { DiscoveryRole } from './discovery-role.ts';
import { safetyOf } from './safety.ts';

export type ConsulServerDeps = {
  config: AgentConfig;
  state: State;
  discovery: DiscoveryRole;
  facts: ConsulFacts;
  log: Log;
  onLeave?: () => void;
};

/** Consul's API on its addresses; undefined where it is turned off. */
export function createConsulServer(deps: ConsulServerDeps): ApiServer | undefined {
  const { config, facts, log, discovery, onLeave } = deps;
  const port = config.ports.consulHttp;
  if (port === undefined || config.listen.consulHttp.length === 0) return undefined;
  return createConsulApi(
    {
      state: deps.state,
      registry: discovery.registry,
      syncCatalog: () => discovery.sync.flush(),
      facts,
      members: () => [
        {
          name: facts.nodeName,
          address: facts.address,
          port: facts.rpcPort,
          id: facts.nodeId,
          role: facts.server ? 'server' : 'client',
          status: 'alive',
        },
      ],
      leader: () => hostPort(facts.address, facts.rpcPort),
      peers: () => [hostPort(facts.address, facts.rpcPort)],
      metrics: createHttpMetrics(Date.now),
      random: Math.random,
      now: Date.now,
      ...(onLeave && { leave: async () => onLeave() }),
    },
    {
      what: 'The Consul API',
      addresses: config.listen.consulHttp,
      port,
      safety: safetyOf(config, config.listen.consulHttp),
      headers: config.http.responseHeaders,
      onFailure: (error, { method, url }) =>
        log.error({ method, url, error: String(error) }, 'http: a request to the Consul API failed'),
      onMissingAddress: (address) =>
        log.warn({ address }, 'http: the Consul API waits for an address that this machine does not have yet'),
    },
  );
}
