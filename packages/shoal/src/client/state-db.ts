import type { Allocation, TaskState } from '@shoal/api';
import type { TaskHandle } from './drivers/driver.ts';
import type { RestartWindow } from './task-runner/restart-policy.ts';

/**
 * What the client has to know after it was killed at any point, to restart nothing and lose nothing. Every `put` resolves when the record would
 * survive a `kill -9` of the agent; it replaces the whole record. Implementations: `lmdb-state-db.ts`, `memory-state-db.ts`.
 */
export type StateDb = {
  load(): AllocRecord[];
  putAllocation(allocation: Allocation): Promise<void>;
  putTask(allocId: string, task: string, record: TaskRecord): Promise<void>;
  putHealth(allocId: string, health: HealthRecord): Promise<void>;
  /** Forgets the allocation with its tasks and health. */
  remove(allocId: string): Promise<void>;
  close(): Promise<void>;
};

/** All that is kept of one allocation. */
export type AllocRecord = { allocation: Allocation; tasks: Record<string, TaskRecord>; health: HealthRecord | null };

export type TaskRecord = {
  state: TaskState;
  /** Set from before the start (then `phase` is 'starting') until the end is in `state`. */
  handle: TaskHandle | null;
  phase: 'starting' | 'started';
  restarts: RestartWindow | null;
  /** By hook: what it has done and need not do again. */
  hooks: Record<string, Record<string, string>>;
};

/** The deployment that was judged, and how; `healthy` is null while open. */
export type HealthRecord = { deploymentId: string; since: number; healthy: boolean | null };
