import { messageOf } from '../errors.ts';
import { exposedIdentities } from '../identities/exposed.ts';
import { setupFailure } from '../task-runner/events.ts';
import { type HookContext, HookFailure, type TaskHook } from './hook.ts';

/**
 * Gives the task tokens that say who it is, and replaces them before they expire
 * (https://developer.hashicorp.com/nomad/docs/job-specification/identity).
 */
export const identityHook: TaskHook = {
  name: 'identity',
  async prestart(context) {
    if (!hasIdentities(context)) return;
    try {
      context.setEnv(await context.services.identities.of(context).issue(context));
    } catch (error) {
      if (context.signal.aborted) throw error;
      const reason = `failed to get the task's identity: ${messageOf(error)}`;
      throw new HookFailure(reason, { event: setupFailure(reason), recoverable: false, cause: error });
    }
  },
  async poststart(context) {
    if (hasIdentities(context)) context.services.identities.of(context).keep(context);
  },
  async exited(context) {
    if (hasIdentities(context)) context.services.identities.of(context).rest();
  },
};

function hasIdentities({ task }: HookContext): boolean {
  return exposedIdentities(task).length > 0;
}
