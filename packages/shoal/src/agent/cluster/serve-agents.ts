import type { Agents } from '../../catalog/agents.ts';
import { CatalogInvalidError, NameTakenError } from '../../catalog/errors.ts';
import { catalogMembers } from '../../catalog/members.ts';
import type { CatalogFeed } from '../../catalog/mirror/feed.ts';
import { receivedChange, receivedScope, sentRows } from '../../catalog/remote-writer.ts';
import { type CatalogWriter, localCatalogWriter } from '../../catalog/writer.ts';
import type { Log } from '../../log.ts';
import type { AgentRequests, Certified } from '../../rpc/agent-requests.ts';
import { RequestRefusedError } from '../../rpc/errors.ts';
import { serverText } from '../../rpc/server-list.ts';
import type { KeyPairPem } from '../../rpc/tls/authority.ts';
import { AGENT_DAYS } from '../../rpc/tls/identity.ts';
import type { Server } from '../../server/server.ts';
import type { State } from '../../state/state.ts';
import type { JoinTokens } from './join-tokens.ts';

export type ServeAgentsDeps = {
  readonly state: State;
  readonly server: Server;
  readonly agents: Agents;
  readonly feed: CatalogFeed;
  readonly region: string;
  /** `host:port` of this server's agents' port, as others reach it. */
  readonly ownAddress: string;
  /** What agents believe in, PEM. */
  readonly authority: string;
  /** With its key, where this server may sign; users who bring their own certificates sign them themselves. */
  readonly signer: KeyPairPem | undefined;
  readonly tokens: JoinTokens;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
};

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What this server does for the other agents of the cluster. */
export function createAgentRequests(deps: ServeAgentsDeps): AgentRequests {
  const { state, agents, log } = deps;
  const catalog: CatalogWriter = localCatalogWriter(state);
  return {
    authority: () => deps.authority,
    async join({ token, nodeId, name, request }) {
      refuseForm(nodeId);
      if (!deps.signer) throw new RequestRefusedError(403, NO_SIGNER);
      const verdict = await deps.tokens.redeem(token.id, token.secret, nodeId);
      if (verdict !== 'ok') {
        log.warn({ node: nodeId, name, token: token.id }, `rpc: an agent that wants to join is refused: ${verdict}`);
        throw new RequestRefusedError(403, verdict);
      }
      const certified = await certify(deps, nodeId, request);
      log.info({ node: nodeId, name, token: token.id }, 'rpc: an agent has joined');
      return certified;
    },
    certify: (nodeId, request) => certify(deps, nodeId, request),
    async alive(agent) {
      refuseElsewhere(deps, agent);
      return { ttlMs: refusing(() => agents.heard(agent), agents.patienceMs), servers: servers(deps) };
    },
    async leave(agent) {
      log.info({ node: agent.nodeId, name: agent.name }, 'rpc: an agent leaves');
      if (state.tables.nodes.get(agent.nodeId))
        await deps.server.nodes.setStatus(agent.nodeId, 'down', '', 'Node left');
      await agents.left(agent);
    },
    catalogIndex: () => state.index(),
    readCatalog: async (node, scope) => sentRows(await catalog.read(node, receivedScope(scope))),
    async writeCatalog(nodeId, node, sent) {
      const change = receivedChange(sent);
      if (!change)
        throw new RequestRefusedError(400, 'This is no change of a catalog: the agents are of different versions.');
      return { index: await refusing(() => agents.write({ nodeId, name: node }, change)) };
    },
    followCatalog: (after, sink, signal) => deps.feed.send(typeof after === 'number' ? after : undefined, sink, signal),
  };
}

const NO_SIGNER =
  'this cluster uses certificates of its own (ca_file, cert_file, key_file), so nobody can join with a token. Make a certificate for the agent with "shoal tls cert create -client".';

async function certify(deps: ServeAgentsDeps, nodeId: string, request: string): Promise<Certified> {
  refuseForm(nodeId);
  if (!deps.signer) throw new RequestRefusedError(403, NO_SIGNER);
  const { certifyRequest } = await import('../../rpc/tls/authority.ts');
  const agent = { role: 'client', region: deps.region, nodeId, dnsNames: [], addresses: [] } as const;
  const now = deps.now();
  const certificate = await certifyRequest(deps.signer, request, agent, { now, days: AGENT_DAYS });
  if (certificate === undefined) throw new RequestRefusedError(400, 'its request for a certificate cannot be read.');
  return { authority: deps.authority, certificate, servers: servers(deps), now };
}

/** All servers that are alive, this one first. */
function servers({ state, ownAddress }: ServeAgentsDeps): string[] {
  const known = catalogMembers(state).filter(
    ({ role, status, port }) => role === 'server' && status === 'alive' && port > 0,
  );
  return [...new Set([ownAddress, ...known.map(({ address, port }) => serverText({ host: address, port }))])];
}

function refuseForm(nodeId: string): void {
  if (!UUID.test(nodeId)) throw new RequestRefusedError(400, `its node id "${nodeId}" is no UUID.`);
}

function refuseElsewhere({ region }: ServeAgentsDeps, agent: { region: string }): void {
  if (agent.region !== region)
    throw new RequestRefusedError(
      409,
      `This server is of region "${region}", the agent of "${agent.region}". Give it the region of its servers.`,
    );
}

/** What the catalog refuses is an answer to the agent, not a failure of this server. */
function refusing<T>(act: () => T, patienceMs?: number): T {
  try {
    const result = act();
    return result instanceof Promise ? (result.catch((error: unknown) => refuse(error, patienceMs)) as T) : result;
  } catch (error) {
    return refuse(error, patienceMs);
  }
}

function refuse(error: unknown, patienceMs: number | undefined): never {
  if (error instanceof NameTakenError) throw new RequestRefusedError(409, error.message, patienceMs);
  if (error instanceof CatalogInvalidError) throw new RequestRefusedError(400, error.message);
  throw error;
}
