import type { AgentConfig } from '../config/agent-config.ts';
import { agentEndpoints } from '../http/nomad/agent.ts';
import { monitorEndpoint } from '../http/nomad/agent-monitor.ts';
import { nomadEndpoints } from '../http/nomad/api.ts';
import { execOpener } from '../http/nomad/client.ts';
import { nomadDialect } from '../http/nomad/dialect.ts';
import { execUpgrade, type OpenExec } from '../http/nomad/exec-upgrade.ts';
import type { Endpoint } from '../http/shared/api.ts';
import { type ApiServer, createApiServer } from '../http/shared/api-server.ts';
import { BadRequestError } from '../http/shared/errors.ts';
import type { Log } from '../log.ts';
import type { ClientRole } from './client-role.ts';
import { memberExecOpener } from './cluster/exec-opener.ts';
import { forwardEverything, forwarding } from './cluster/forward.ts';
import { joinTokenEndpoints } from './cluster/join-token-endpoints.ts';
import { localClientEndpoints } from './cluster/local-client.ts';
import type { Membership } from './cluster/membership.ts';
import type { ClusterView } from './members.ts';
import { nomadFacts } from './nomad-facts.ts';
import { safetyOf } from './safety.ts';
import type { ServerRole } from './server-role.ts';

export type NomadServerDeps = {
  config: AgentConfig;
  serverRole: ServerRole | undefined;
  clientRole: () => ClientRole | undefined;
  cluster: ClusterView;
  /** Of an agent whose servers are elsewhere. */
  membership: Membership | undefined;
  log: Log;
};

/** Nomad's API on its addresses. An agent without the server role answers for itself, and passes everything else on to a server. */
export function createNomadServer(deps: NomadServerDeps): ApiServer {
  const { config, log } = deps;
  const openExec = execOpenerOf(deps);
  return createApiServer({
    what: 'The Nomad API',
    endpoints: endpoints(deps),
    dialect: nomadDialect,
    addresses: config.listen.http,
    port: config.ports.http ?? 0,
    safety: safetyOf(config, config.listen.http),
    ...(openExec && { upgrade: execUpgrade(openExec) }),
    headers: config.http.responseHeaders,
    onFailure: (error, { method, url }) =>
      log.error({ method, url, error: String(error) }, 'http: a request to the Nomad API failed'),
    onMissingAddress: (address) =>
      log.warn({ address }, 'http: the Nomad API waits for an address that this machine does not have yet'),
  });
}

/** For an agent whose servers are elsewhere. */
function memberEndpoints({ link }: Membership, clientRole: () => ClientRole | undefined): Endpoint[] {
  return [...localClientEndpoints(clientRole, forwarding(link, 'nomad')), ...forwardEverything(link, 'nomad')];
}

function execOpenerOf({ serverRole, clientRole, membership }: NomadServerDeps): OpenExec | undefined {
  if (serverRole) {
    const { state, tunnels } = serverRole;
    return execOpener({ state, tunnels, localNode: ownNodeOf(clientRole) });
  }
  return membership && memberExecOpener(clientRole, membership.link);
}

const ownNodeOf = (clientRole: () => ClientRole | undefined) => () => clientRole()?.client.node().ID;

function endpoints(deps: NomadServerDeps): Endpoint[] {
  const { config, serverRole, clientRole, cluster, membership, log } = deps;
  const agent = nomadFacts({ config, serverRole, clientRole, cluster });
  const ownNode = ownNodeOf(clientRole);
  if (!serverRole) {
    const ofNode = membership ? forwarding(membership.link, 'nomad') : noServer;
    return [
      ...agentEndpoints(agent),
      monitorEndpoint(log.lines, { ownNode, ofNode }),
      ...(membership ? memberEndpoints(membership, clientRole) : []),
    ];
  }
  const all = nomadEndpoints({
    state: serverRole.state,
    server: serverRole.server,
    tunnels: serverRole.tunnels,
    localNode: ownNode,
    logs: log.lines,
    region: config.region,
    random: Math.random,
    now: () => performance.now(),
    search: config.server.search,
    agent,
  });
  return [...all, ...joinTokenEndpoints(serverRole.joinTokens, config)];
}

function noServer(): never {
  throw new BadRequestError('This agent knows no server, so it knows no other node either');
}
