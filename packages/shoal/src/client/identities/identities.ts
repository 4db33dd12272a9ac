import type { HookContext } from '../hooks/hook.ts';
import type { AskServers } from '../templates/nomad-source.ts';
import { createTaskIdentities, type TaskIdentities } from './task-identities.ts';

/** The tokens of all tasks of a client. */
export type Identities = {
  /** Of the task; let go when it is over. */
  of(context: HookContext): TaskIdentities;
};

export function createIdentities(askServers: AskServers): Identities {
  const tasks = new Map<string, TaskIdentities>();
  return {
    of({ allocation, task, signal }) {
      const key = `${allocation.ID}/${task.Name}`;
      const known = tasks.get(key);
      if (known) return known;
      const made = createTaskIdentities(async (name, asking) => {
        const question = { allocId: allocation.ID, task: task.Name, about: { kind: 'identity' as const, name } };
        const { data } = await askServers(question, { index: 0, waitMs: 0 }, asking);
        return String(data);
      });
      tasks.set(key, made);
      signal.addEventListener('abort', () => tasks.delete(key), { once: true });
      return made;
    },
  };
}
