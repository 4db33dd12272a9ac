import { lifetime } from '../../lifetime.ts';
import { interpolate } from '../env/interpolate.ts';
import { TaskNotRunningError } from '../errors.ts';
import type { HookContext } from '../hooks/hook.ts';
import { restartingChecks, watchCheckRestarts } from './check-restarts.ts';
import { taskServiceId } from './registrations.ts';
import { runScriptChecks } from './script-checks.ts';

/** What the client itself does for the checks of running tasks: it runs scripts, and restarts tasks whose checks fail for too long. */
export type TaskChecks = {
  /** From the task's start. What ran before for this task is ended. */
  start(context: HookContext): void;
  stop(context: HookContext): void;
};

export function createTaskChecks(): TaskChecks {
  const running = new Map<string, AbortController>();
  const keyOf = ({ allocation, task }: HookContext) => `${allocation.ID}/${task.Name}`;

  function stop(context: HookContext): void {
    running.get(keyOf(context))?.abort();
    running.delete(keyOf(context));
  }

  return {
    start(context) {
      stop(context);
      if (!hasChecks(context)) return;
      const over = lifetime();
      running.set(keyOf(context), over);
      // A task that is about to end is not checked any more, and above all not restarted.
      context.signal.addEventListener('abort', () => stop(context), { once: true, signal: over.signal });
      runScriptChecks(context, over.signal);
      watchOwnServices(context, over.signal);
    },
    stop,
  };
}

/** Most tasks have none: then nothing of the context is kept. */
function hasChecks({ task, group }: HookContext): boolean {
  return [...(task.Services ?? []), ...(group.Services ?? [])].some(({ Checks }) => (Checks ?? []).length > 0);
}

function watchOwnServices(context: HookContext, over: AbortSignal): void {
  const { allocation, task, env, life, services } = context;
  const fill = (text: string) => interpolate(text, env.variables);
  const checks = (task.Services ?? []).flatMap((service) =>
    restartingChecks(service, taskServiceId(allocation, task, service, env.variables), fill),
  );
  const watch = watchCheckRestarts({
    checks,
    registrar: services.registrar,
    clock: services.clock,
    restart: (_check, reason) => unlessEnded(() => life.restart(reason, { counts: true })),
  });
  over.addEventListener('abort', () => watch.stop(), { once: true });
}

/** A task that has just ended by itself needs no restart. */
export function unlessEnded(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof TaskNotRunningError)) throw error;
  }
}
