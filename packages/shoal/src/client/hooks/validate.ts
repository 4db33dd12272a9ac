import { interpolateDeep } from '../env/interpolate.ts';
import { failedValidation } from '../task-runner/events.ts';
import { type HookContext, HookFailure, type TaskHook } from './hook.ts';

/** Refuses a task that cannot run as its block says. Nothing that a later attempt could mend. */
export const validateHook: TaskHook = {
  name: 'validate',
  async prestart(context) {
    const mistakes = [...missingParts(context), ...context.driver.validate(taskConfig(context))];
    if (mistakes.length === 0) return;
    const message = `task "${context.task.Name}": ${mistakes.join('; ')}`;
    throw new HookFailure(message, { event: failedValidation(message), recoverable: false });
  },
};

/** The driver's configuration with its references filled in. */
export function taskConfig({ task, env }: Pick<HookContext, 'task' | 'env'>): Record<string, unknown> {
  return interpolateDeep(task.Config ?? {}, env.variables) as Record<string, unknown>;
}

// A task that starts without what it counts on fails later and less clearly.
function missingParts({ task, group, node, driver }: HookContext): string[] {
  const mistakes = task.Vault === null ? [] : ['this client cannot do its vault block: there is no Vault to ask'];
  if (driver.mountsVolumes) return mistakes;
  const mounts = (task.VolumeMounts ?? []).map(({ Volume }) => Volume);
  const places = mounts.map((name) => node.HostVolumes?.[group.Volumes?.[name]?.Source ?? '']?.Path);
  const hint = places.some((path) => path !== undefined) ? ` (on this machine: ${places.join(', ')})` : '';
  if (mounts.length === 0) return mistakes;
  return [
    ...mistakes,
    `task driver "${driver.name}" does not support host volumes; use their paths as they are${hint}`,
  ];
}
