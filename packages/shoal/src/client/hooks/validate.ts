import type { Task } from '@shoal/api';
import { interpolateDeep } from '../env/interpolate.ts';
import { failedValidation } from '../task-runner/events.ts';
import { type HookContext, HookFailure, type TaskHook } from './hook.ts';

/** Refuses a task that cannot run as its block says. Nothing that a later attempt could mend. */
export const validateHook: TaskHook = {
  name: 'validate',
  async prestart(context) {
    const mistakes = [...missingParts(context.task), ...context.driver.validate(taskConfig(context))];
    if (mistakes.length === 0) return;
    const message = `task "${context.task.Name}": ${mistakes.join('; ')}`;
    throw new HookFailure(message, { event: failedValidation(message), recoverable: false });
  },
};

/** The driver's configuration with its references filled in. */
export function taskConfig({ task, env }: Pick<HookContext, 'task' | 'env'>): Record<string, unknown> {
  return interpolateDeep(task.Config ?? {}, env.variables) as Record<string, unknown>;
}

// A task that starts without a file it counts on fails later and less clearly. An entry leaves this list with the hook that does its work.
function missingParts(task: Task): string[] {
  const parts: [present: boolean, name: string][] = [
    [task.Vault !== null, 'vault'],
    [task.DispatchPayload !== null, 'dispatch_payload'],
    [(task.VolumeMounts ?? []).length > 0, 'volume_mount'],
  ];
  return parts.filter(([present]) => present).map(([, name]) => `this client cannot do its ${name} block yet`);
}
