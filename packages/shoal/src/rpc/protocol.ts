/**
 * How agents talk. One port, TLS with certificates of the cluster's authority on both sides. What the dialling side offers by ALPN decides:
 *
 * - `http/1.1`: the client's requests, JSON bodies: register, heartbeat, watch its allocations, report.
 * - `shoal-serve/1`: the connection on which the client serves. After the handshake the roles are turned round: the side that dialled speaks
 *   HTTP/2 as a server, and the server sends it the requests of users for logs, files and statistics of its allocations.
 */
export const ALPN_REQUEST = 'http/1.1';
export const ALPN_SERVE = 'shoal-serve/1';

/** The first request on a serving connection: who serves here. Answer: `ServeHello`. */
export const HELLO_PATH = '/v1/internal/hello';
export type ServeHello = { nodeId: string; secret: string };

/** Proves in each request that it comes from the node that registered with this secret. */
export const NODE_SECRET_HEADER = 'x-shoal-node-secret';

export const PATHS = {
  register: '/v1/internal/node/register',
  heartbeat: '/v1/internal/node/heartbeat',
  allocations: '/v1/internal/node/allocations',
  fetchAllocations: '/v1/internal/node/allocations/fetch',
  updateAllocations: '/v1/internal/node/allocations/update',
} as const;

/** What a certificate lets its holder be. A server is a client of other servers, too. */
export type AgentRole = 'server' | 'client';

/** The name by which agents know each other, whatever address was dialled (as Nomad: `server.<region>.nomad`). */
export function roleName(role: AgentRole, region: string): string {
  return `${role}.${region}.shoal`;
}
