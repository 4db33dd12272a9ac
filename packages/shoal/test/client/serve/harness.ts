import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createClientHandler } from '../../../src/client/serve/handler.ts';
import type { ClientDeps, ServedAllocation } from '../../../src/client/serve/types.ts';
import { createHostStatsReader } from '../../../src/client/stats/host-stats.ts';

/** A client of these allocations, whose tasks can be controlled as the test says. */
export function clientDeps(
  allocations: Record<string, ServedAllocation>,
  changes: Partial<ClientDeps> = {},
): ClientDeps {
  return {
    allocation: (id) => allocations[id],
    restart: async () => ({ kind: 'done' }),
    signal: async () => ({ kind: 'done' }),
    session: async () => ({ kind: 'not-running' }),
    usage: async () => ({}),
    hostStats: createHostStatsReader({ allocDir: '/', coreMHz: 1000 }),
    checks: () => ({}),
    deregister: async () => false,
    collect: async () => true,
    log: () => {},
    ...changes,
  };
}

/** Serves over HTTP/1.1; returns the address. */
export async function serveClient(deps: ClientDeps): Promise<string> {
  const server = createServer(createClientHandler(deps));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export const ALLOC = '11111111-2222-4333-8444-555555555555';
