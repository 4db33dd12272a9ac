import { interpolate, interpolateDeep } from '../env/interpolate.ts';
import { ownNetworkMode } from '../network/mode.ts';
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
function missingParts(context: HookContext): string[] {
  const vault = context.task.Vault === null ? [] : ['this client cannot do its vault block: there is no Vault to ask'];
  return [
    ...vault,
    ...unjoinable(context),
    ...(context.driver.mountsVolumes ? missingVolumes(context) : unmountable(context)),
  ];
}

function unjoinable({ group, driver }: HookContext): string[] {
  const mode = ownNetworkMode(group);
  if (mode === undefined || driver.joinsNetwork) return [];
  return [`task driver "${driver.name}" does not support the group's network { mode = "${mode}" }; use mode = "host"`];
}

function missingVolumes({ task, group, node, env }: HookContext): string[] {
  return (task.VolumeMounts ?? []).flatMap(({ Volume }) => {
    const source = interpolate(group.Volumes?.[Volume]?.Source ?? '', env.variables);
    if (node.HostVolumes?.[source] !== undefined) return [];
    return [`the host volume "${source || Volume}" is not on this node (client { host_volume "NAME" { path = … } })`];
  });
}

function unmountable({ task, group, node, driver }: HookContext): string[] {
  const mounts = (task.VolumeMounts ?? []).map(({ Volume }) => Volume);
  const places = mounts.map((name) => node.HostVolumes?.[group.Volumes?.[name]?.Source ?? '']?.Path);
  const hint = places.some((path) => path !== undefined) ? ` (on this machine: ${places.join(', ')})` : '';
  if (mounts.length === 0) return [];
  return [`task driver "${driver.name}" does not support host volumes; use their paths as they are${hint}`];
}
