import type { Log } from '../../log.ts';
import type { Clock } from '../clock.ts';
import type { ExitResult, TaskHandle } from '../drivers/driver.ts';
import type { TaskHook } from '../hooks/hook.ts';
import { settledOrAborted } from '../signals.ts';
import { killing } from './events.ts';
import { runPrekill } from './run-hooks.ts';
import type { TaskContext } from './task-context.ts';

export type Descent = {
  context: TaskContext;
  hooks: readonly TaskHook[];
  leave: () => Promise<boolean>;
  clock: Clock;
  log: Log;
  maxKillTimeoutMs: number;
  /** Whether it ends for good; then the user is told that it is being killed. */
  forGood: boolean;
  handle: TaskHandle;
  exit: Promise<ExitResult>;
  /** The agent goes: whatever is under way is left to the next one. */
  detached: AbortSignal;
};

/** From taking a service back to the signal: balancers that follow the catalog have let go by then. */
const SETTLE_MS = 200;
const RETRY_MS = 1_000;

/** Ends a running task: out of the catalog first, so that no new request finds a task that is about to go; then the signal, then the kill. */
export async function bringDown(descent: Descent): Promise<void> {
  const { context, exit, clock, detached } = descent;
  const [own, groups] = await Promise.all([runPrekill(descent.hooks, context.forHook), descent.leave()]);
  const { allocation, task, group } = context.subject();
  const hurried = allocation.DesiredTransition?.NoShutdownDelay === true;
  const asked = hurried ? 0 : Math.max(task.ShutdownDelay, group.ShutdownDelay ?? 0) / 1e6;
  const pauseMs = Math.max(own || groups ? SETTLE_MS : 0, asked);
  if (pauseMs > 0) await settledOrAborted(Promise.race([exit, clock.sleep(pauseMs, detached)]), detached);
  const killTimeoutMs = Math.min(task.KillTimeout / 1e6, descent.maxKillTimeoutMs);
  if (descent.forGood) context.emit(killing(killTimeoutMs * 1e6));
  await stopUntilGone(descent, { killSignal: task.KillSignal || 'SIGINT', killTimeoutMs });
}

// A driver that fails to stop a task is asked again: there is no other way for it to end.
async function stopUntilGone(descent: Descent, how: { killSignal: string; killTimeoutMs: number }): Promise<void> {
  const { context, handle, exit, clock, log, detached } = descent;
  let gone = false;
  const noted = exit.then(() => {
    gone = true;
  });
  while (!gone && !detached.aborted) {
    const stopped = context.driver().stop(handle, how);
    stopped.catch((error) => log.warn({ err: error, ...context.labels() }, 'the driver could not stop the task'));
    await settledOrAborted(Promise.race([stopped, noted]), detached);
    await settledOrAborted(Promise.race([noted, clock.sleep(RETRY_MS, detached)]), detached);
  }
}
