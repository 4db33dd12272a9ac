import { messageOf, TemplateFileError } from '../errors.ts';
import { settledOrAborted } from '../signals.ts';
import { setupFailure, templateMessage } from '../task-runner/events.ts';
import { type HookContext, HookFailure, type TaskHook } from './hook.ts';

/**
 * Renders the task's templates before it starts, waiting for the data that they need; then follows the data, and lets a change have its effect
 * (https://developer.hashicorp.com/nomad/docs/job-specification/template).
 */
export const templatesHook: TaskHook = {
  name: 'templates',
  async prestart(context) {
    if (!hasTemplates(context)) return;
    try {
      const templates = await context.services.templates.open(context);
      await settledOrAborted(templates.rendered, context.signal);
      context.signal.throwIfAborted();
      await templates.rendered;
      context.setEnv(await templates.variables());
    } catch (error) {
      if (context.signal.aborted) throw error;
      const reason = `Template failed: ${messageOf(error)}`;
      context.services.templates.close(context);
      const recoverable = !(error instanceof TemplateFileError) || error.recoverable;
      throw new HookFailure(reason, { event: setupFailure(reason), recoverable, cause: error });
    }
  },
  async poststart(context) {
    if (!hasTemplates(context)) return;
    const { templates: all } = context.services;
    const known = all.of(context);
    if (known !== undefined) {
      known.act();
      return;
    }
    // The agent has found the task running. What has changed meanwhile counts as a change.
    const templates = await all.open(context);
    templates.act();
    context.setEnv(await templates.variables().catch(() => ({})));
    templates.rendered.catch((error) => context.emit(templateMessage(messageOf(error))));
  },
  async exited(context) {
    context.services.templates.close(context);
  },
};

function hasTemplates({ task }: HookContext): boolean {
  return (task.Templates ?? []).length > 0;
}
