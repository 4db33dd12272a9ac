import type { Allocation, AllocClientStatus, AllocNetworkStatus, Node, NodeStatus, TaskState } from '@shoal/api';

/**
 * What a client asks of its servers. All of it goes out over the connection that the client dialled (`rpc/`); calls are retried by the caller.
 * Every call rejects with an error whose `code` is 'unavailable' when no server could be reached.
 */
export type ServerConnection = {
  /** Creates or updates the node. The TTL is how long the server waits for the next heartbeat. */
  register(node: Node, signal: AbortSignal): Promise<{ heartbeatTtlMs: number; index: number }>;
  heartbeat(
    nodeId: string,
    status: NodeStatus,
    signal: AbortSignal,
  ): Promise<{ heartbeatTtlMs: number; index: number }>;
  /** Blocks until the index is above `index` or the wait is over. Every allocation of the node that is not collected, with its AllocModifyIndex. */
  watchAllocations(
    nodeId: string,
    after: { index: number; waitMs: number },
    signal: AbortSignal,
  ): Promise<{ index: number; allocations: Record<string, number> }>;
  /** Whole allocations with their jobs; ids that no longer exist are left out. */
  fetchAllocations(nodeId: string, ids: string[], signal: AbortSignal): Promise<Allocation[]>;
  /** What a task's templates ask of the servers' own data. Blocks as above; rejects with the code 'refused' for what the task may not read. */
  askForTask(
    nodeId: string,
    question: TaskQuestion,
    after: { index: number; waitMs: number },
    signal: AbortSignal,
  ): Promise<{ index: number; data: unknown }>;
  /** Resolves when the server has made all of it durable. */
  updateAllocations(nodeId: string, updates: AllocationUpdate[], signal: AbortSignal): Promise<void>;
};

/**
 * `variable`: null where there is none; `variables`: without their items; `service`, `services`: of Nomad's own; `identity`: a new token. A namespace of '' is the task's. Answers are in
 * the form of Nomad's HTTP API.
 */
export type TaskQuestion = {
  allocId: string;
  task: string;
  about:
    | { kind: 'variable'; namespace: string; path: string }
    | { kind: 'variables'; namespace: string; prefix: string }
    | { kind: 'identity'; name: string }
    | { kind: 'services' }
    | { kind: 'service'; name: string };
};

/** What only the client knows of an allocation. */
export type AllocationUpdate = {
  id: string;
  clientStatus: AllocClientStatus;
  clientDescription: string;
  taskStates: Record<string, TaskState>;
  /** `null` while undecided. */
  deploymentHealthy: { healthy: boolean; deploymentId: string } | null;
  networkStatus: AllocNetworkStatus | null;
};
