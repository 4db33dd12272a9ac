import type { WantedSession } from '../drivers/driver.ts';
import { interpolate } from '../env/interpolate.ts';
import { UnknownActionError } from '../errors.ts';
import type { HookContext } from '../hooks/hook.ts';

/** The words of the command that is asked for; those of an action with the task's variables filled in. Throws UnknownActionError. */
export function commandOf({ command }: Pick<WantedSession, 'command'>, { task, env }: HookContext): readonly string[] {
  if (!('action' in command)) return command;
  const actions = task.Actions ?? [];
  const found = actions.find(({ Name }) => Name === command.action);
  if (!found)
    throw new UnknownActionError(
      command.action,
      task.Name,
      actions.map(({ Name }) => Name),
    );
  return [found.Command, ...(found.Args ?? [])].map((word) => interpolate(word, env.variables));
}
