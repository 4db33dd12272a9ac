import { interpolateDeep } from '../env/interpolate.ts';
import { failedValidation } from '../task-runner/events.ts';
import { type HookContext, HookFailure, type TaskHook } from './hook.ts';

/** Refuses a task whose `config` its driver cannot use. Nothing that a later attempt could mend. */
export const validateHook: TaskHook = {
  name: 'validate',
  async prestart(context) {
    const mistakes = context.driver.validate(taskConfig(context));
    if (mistakes.length === 0) return;
    const message = `task "${context.task.Name}": ${mistakes.join('; ')}`;
    throw new HookFailure(message, { event: failedValidation(message), recoverable: false });
  },
};

/** The driver's configuration with its references filled in. */
export function taskConfig({ task, env }: Pick<HookContext, 'task' | 'env'>): Record<string, unknown> {
  return interpolateDeep(task.Config ?? {}, env.variables) as Record<string, unknown>;
}
