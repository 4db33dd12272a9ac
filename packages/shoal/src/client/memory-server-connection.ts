import type { Allocation, Node } from '@shoal/api';
import type { AllocationUpdate, ServerConnection, TaskQuestion } from './server-connection.ts';

/** A whole server in memory, as far as a client sees it; for tests, which place allocations by hand and look at what was reported. */
export type MemoryServer = {
  connection: ServerConnection;
  nodes: Map<string, Node>;
  heartbeats: { nodeId: string; status: string }[];
  /** All that was reported, in order. */
  updates: AllocationUpdate[];
  /** Places the allocation, or changes it in place. */
  put(allocation: Allocation): void;
  remove(id: string): void;
  latest(id: string): AllocationUpdate | undefined;
  /** What tasks are told that ask; null unless a test says otherwise. */
  answer: (question: TaskQuestion) => unknown;
  /** While set, every call fails as if no server could be reached. */
  cut: boolean;
};

export function memoryServer(heartbeatTtlMs = 1_000): MemoryServer {
  const allocations = new Map<string, Allocation>();
  const waiters = new Set<() => void>();
  let index = 1;

  const bump = () => {
    index += 1;
    for (const wake of waiters) wake();
    return index;
  };
  const reachable = () => {
    if (server.cut) throw Object.assign(new Error('no server answers'), { code: 'unavailable' });
  };
  const waitForChange = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      waiters.add(done);
      signal.addEventListener('abort', done, { once: true });
    });

  const connection: ServerConnection = {
    async register(node) {
      reachable();
      server.nodes.set(node.ID, node);
      return { heartbeatTtlMs, index };
    },
    async heartbeat(nodeId, status) {
      reachable();
      if (!server.nodes.has(nodeId)) throw Object.assign(new Error('node not found'), { code: 'refused' });
      server.heartbeats.push({ nodeId, status });
      return { heartbeatTtlMs, index };
    },
    async watchAllocations(nodeId, after, signal) {
      reachable();
      if (after.index >= index) await waitForChange(after.waitMs, signal);
      reachable();
      const mine = [...allocations.values()].filter(({ NodeID }) => NodeID === nodeId);
      return { index, allocations: Object.fromEntries(mine.map((alloc) => [alloc.ID, alloc.AllocModifyIndex])) };
    },
    async fetchAllocations(nodeId, ids) {
      reachable();
      const found = ids.map((id) => allocations.get(id)).filter((alloc) => alloc?.NodeID === nodeId);
      return structuredClone(found.filter((alloc) => alloc !== undefined));
    },
    async askForTask(_nodeId, question, after, signal) {
      reachable();
      if (after.index >= index) await waitForChange(after.waitMs, signal);
      reachable();
      return { index, data: server.answer(question) };
    },
    async updateAllocations(_nodeId, updates) {
      reachable();
      server.updates.push(...structuredClone(updates));
      for (const { id, clientStatus } of updates) {
        const alloc = allocations.get(id);
        if (alloc !== undefined) allocations.set(id, { ...alloc, ClientStatus: clientStatus });
      }
    },
  };

  const server: MemoryServer = {
    connection,
    nodes: new Map(),
    heartbeats: [],
    updates: [],
    put(allocation) {
      allocations.set(allocation.ID, { ...allocation, AllocModifyIndex: index + 1 });
      bump();
    },
    remove(id) {
      allocations.delete(id);
      bump();
    },
    latest: (id) => server.updates.findLast((update) => update.id === id),
    answer: () => null,
    cut: false,
  };
  return server;
}
