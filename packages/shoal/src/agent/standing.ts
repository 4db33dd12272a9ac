import { type CatalogWriter, localCatalogWriter } from '../catalog/writer.ts';
import type { AgentConfig, TlsFiles } from '../config/agent-config.ts';
import type { Log } from '../log.ts';
import { Link } from '../rpc/link.ts';
import { roleName } from '../rpc/protocol.ts';
import { ServerList } from '../rpc/server-list.ts';
import type { State } from '../state/state.ts';
import { configuredServers, type Membership, standaloneMirror, startMembership } from './cluster/membership.ts';
import { dialled } from './reachable.ts';
import { type ServerRole, startServerRole } from './server-role.ts';

/**
 * What the agent is to its cluster: one of the servers, a member whose servers are elsewhere, or alone. All of them have a state to read the catalog
 * from, and a way to write their own services into it.
 */
export type Standing = {
  readonly state: State;
  readonly writer: CatalogWriter;
  readonly serverRole: ServerRole | undefined;
  readonly membership: Membership | undefined;
  /** The way to the servers, which may be this agent itself; an agent that is alone has none. */
  readonly link: Link | undefined;
  /** The user's certificates again, perhaps from other files. */
  readCertificates(files: TlsFiles): Promise<void>;
  stop(): Promise<void>;
};

export type StandingDeps = {
  readonly config: AgentConfig;
  readonly dataDir: string;
  readonly node: { readonly id: string; readonly secret: string };
  readonly signal: AbortSignal;
  readonly log: Log;
};

export async function takeStanding(deps: StandingDeps): Promise<Standing> {
  const { config, log } = deps;
  if (config.server.enabled) return asServer(deps);
  const servers = configuredServers(config, log);
  if (servers.length > 0) {
    const membership = await startMembership({ ...deps, servers });
    const { state, writer, link, readCertificates } = membership;
    return { state, writer, link, membership, readCertificates, serverRole: undefined, stop: membership.stop };
  }
  const { state, writer, stop } = await standaloneMirror(deps.dataDir, log);
  const readCertificates = () => Promise.resolve();
  return { state, writer, stop, readCertificates, link: undefined, membership: undefined, serverRole: undefined };
}

async function asServer({ config, dataDir, node, log }: StandingDeps): Promise<Standing> {
  const serverRole = await startServerRole({ config, dataDir, nodeId: node.id, log });
  const { state, listener } = serverRole;
  const [first] = listener.addresses();
  const own = { host: dialled(first?.address ?? ''), port: first?.port ?? config.ports.rpc ?? 0 };
  const link = new Link({
    identity: serverRole.identity,
    // Whatever its certificate says, it is this agent's own.
    serverNames: [roleName('server', config.region), `server.${config.datacenter}.${config.dns.domain}`, 'localhost'],
    servers: new ServerList([own]),
    node: { nodeId: node.id, secret: node.secret },
  });
  return {
    state,
    writer: localCatalogWriter(state),
    serverRole,
    membership: undefined,
    link,
    readCertificates: serverRole.readCertificates,
    async stop() {
      link.stop();
      await serverRole.stop();
    },
  };
}
