import type { Log } from '../../log.ts';
import type { Clock } from '../clock.ts';
import type { ExitResult, TaskHandle } from '../drivers/driver.ts';
import { messageOf, UnknownDriverError } from '../errors.ts';
import type { TaskContext } from './task-context.ts';

/** Asks the driver about a task until it answers: as long as it may be running, nothing may be started in its place. */
export type Follow = {
  /** Whether the task runs, or its end is known. */
  recover(handle: TaskHandle): Promise<boolean>;
  /** How it ends. After the agent's `detached` the answer means nothing. */
  exitOf(handle: TaskHandle): Promise<ExitResult>;
};

export type FollowDeps = { context: TaskContext; clock: Clock; log: Log; detached: AbortSignal };

const RETRY_MS = 1_000;
const ATTEMPTS = 10;

export function createFollow({ context, clock, log, detached }: FollowDeps): Follow {
  async function recover(handle: TaskHandle): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await context.driver().recover(handle);
      } catch (error) {
        // A driver that was taken out of the configuration does not come back by waiting.
        if (error instanceof UnknownDriverError) return false;
        log.warn({ err: error, ...context.labels() }, 'the driver could not say whether the task runs');
        if (attempt === ATTEMPTS || detached.aborted) return false;
        await clock.sleep(RETRY_MS, detached);
      }
    }
  }

  async function exitOf(handle: TaskHandle): Promise<ExitResult> {
    for (;;) {
      try {
        return await context.driver().wait(handle, detached);
      } catch (error) {
        if (detached.aborted || !(await recover(handle))) return { kind: 'unknown', reason: messageOf(error) };
        log.warn({ err: error, ...context.labels() }, 'the driver could not wait for the task');
        await clock.sleep(RETRY_MS, detached);
      }
    }
  }

  return { recover, exitOf };
}
