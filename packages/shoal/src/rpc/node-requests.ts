import type { Allocation, Node, NodeStatus } from '@shoal/api';
import type { AllocationUpdate, TaskQuestion } from '../client/server-connection.ts';

/** What a server does for its clients; `server/` implements it, `listener.ts` serves it. Refusals are thrown as RequestRefusedError. */
export type NodeRequests = {
  /** Whether the secret is the one that the node registered with; true for a node that nobody knows yet. */
  authenticate(nodeId: string, secret: string): boolean;
  register(node: Node): Promise<{ heartbeatTtlMs: number; index: number }>;
  heartbeat(nodeId: string, status: NodeStatus): Promise<{ heartbeatTtlMs: number; index: number }>;
  watchAllocations(
    nodeId: string,
    after: { index: number; waitMs: number },
    signal: AbortSignal,
  ): Promise<{ index: number; allocations: Record<string, number> }>;
  fetchAllocations(nodeId: string, ids: string[]): Promise<Allocation[]>;
  askForTask(
    nodeId: string,
    question: TaskQuestion,
    after: { index: number; waitMs: number },
    signal: AbortSignal,
  ): Promise<{ index: number; data: unknown }>;
  updateAllocations(nodeId: string, updates: AllocationUpdate[]): Promise<void>;
};
