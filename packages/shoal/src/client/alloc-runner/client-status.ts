import type { AllocClientStatus, TaskState } from '@shoal/api';

export type ClientStatus = { status: AllocClientStatus; description: string };

const WORDS = {
  failed: { status: 'failed', description: 'Failed tasks' },
  running: { status: 'running', description: 'Tasks are running' },
  pending: { status: 'pending', description: 'No tasks have started' },
  complete: { status: 'complete', description: 'All tasks have completed' },
} as const satisfies Record<string, ClientStatus>;

/** Of an allocation that has run for as long as it may: that is no failure. */
export function expiredStatus(isOver: boolean): ClientStatus {
  return isOver ? { status: 'complete', description: 'allocation exceeded max_run_duration' } : WORDS.running;
}

/**
 * The allocation's status from those of its tasks. `failed` is said only when nothing of it runs any more: the server then hands its place and
 * its ports to another.
 */
export function clientStatus(states: readonly TaskState[]): ClientStatus {
  if (states.some((state) => state.State === 'running')) return WORDS.running;
  if (states.some((state) => state.Failed) && states.every((state) => state.State === 'dead')) return WORDS.failed;
  if (states.some((state) => state.State === 'pending')) return WORDS.pending;
  return WORDS.complete;
}
