/**
 * How agents talk. One port, TLS with certificates of the cluster's authority on both sides. What the dialling side offers by ALPN decides:
 *
 * - `http/1.1`: requests of agents, JSON bodies: a client's own (register, heartbeat, watch its allocations, report), those of every agent
 *   (I am here, my services, the catalog's changes), and the HTTP APIs for users whose agent is no server.
 * - `shoal-serve/1`: the connection on which the client serves. After the handshake the roles are turned round: the side that dialled speaks
 *   HTTP/2 as a server, and the server sends it the requests of users for logs, files and statistics of its allocations.
 * - `shoal-join/1`: HTTP/1.1 for an agent that has no certificate yet. All it can do is to ask for one with a join token.
 */
export const ALPN_REQUEST = 'http/1.1';
export const ALPN_SERVE = 'shoal-serve/1';
export const ALPN_JOIN = 'shoal-join/1';

/** The first request on a serving connection: who serves here. Answer: `ServeHello`. */
export const HELLO_PATH = '/v1/internal/hello';
export type ServeHello = { nodeId: string; secret: string };

/** Prove in each request that it comes from the node that registered with this secret. */
export const NODE_ID_HEADER = 'x-shoal-node-id';
export const NODE_SECRET_HEADER = 'x-shoal-node-secret';

export const PATHS = {
  register: '/v1/internal/node/register',
  heartbeat: '/v1/internal/node/heartbeat',
  allocations: '/v1/internal/node/allocations',
  fetchAllocations: '/v1/internal/node/allocations/fetch',
  updateAllocations: '/v1/internal/node/allocations/update',
  askForTask: '/v1/internal/node/task',
  alive: '/v1/internal/agent/alive',
  leave: '/v1/internal/agent/leave',
  certificate: '/v1/internal/agent/certificate',
  catalogIndex: '/v1/internal/catalog/index',
  readCatalog: '/v1/internal/catalog/read',
  writeCatalog: '/v1/internal/catalog/write',
  followCatalog: '/v1/internal/catalog/follow',
} as const;

/** On connections without a certificate. */
export const JOIN_PATHS = { authority: '/v1/internal/join/authority', join: '/v1/internal/join' } as const;

/** The HTTP APIs of a server, for users of other agents: what follows is the path that was asked for. */
export const API_PREFIXES = { nomad: '/v1/internal/api/nomad', consul: '/v1/internal/api/consul' } as const;
export type ApiName = keyof typeof API_PREFIXES;

/** Set by the server on a user's request that came through another agent. */
export const FORWARDED_HEADER = 'x-shoal-forwarded';

/** What a certificate lets its holder be. A server is a client of other servers, too. */
export type AgentRole = 'server' | 'client';

/** The name by which agents know each other, whatever address was dialled (as Nomad: `server.<region>.nomad`). */
export function roleName(role: AgentRole, region: string): string {
  return `${role}.${region}.shoal`;
}

/** The name that says in a certificate which node it was made for. */
export function nodeCertificateName(nodeId: string, region: string): string {
  return `${nodeId}.node.${region}.shoal`;
}
