import type { HookContext, TaskLife } from '../hooks/hook.ts';
import type { AskServers } from '../templates/nomad-source.ts';
import { createTaskIdentities, type TaskIdentities } from './task-identities.ts';

/** The tokens of all tasks of a client. */
export type Identities = {
  /** Of the task, over all its starts: one that is started again while no server can be reached has the token that it had. */
  of(context: HookContext): TaskIdentities;
};

export function createIdentities(askServers: AskServers): Identities {
  // What a task may do with its life is an object of its own, and goes with it.
  const tasks = new WeakMap<TaskLife, TaskIdentities>();
  return {
    of({ allocation, task, life }) {
      const known = tasks.get(life);
      if (known) return known;
      const made = createTaskIdentities(async (name, asking) => {
        const question = { allocId: allocation.ID, task: task.Name, about: { kind: 'identity' as const, name } };
        const { data } = await askServers(question, { index: 0, waitMs: 0 }, asking);
        return String(data);
      });
      tasks.set(life, made);
      return made;
    },
  };
}
