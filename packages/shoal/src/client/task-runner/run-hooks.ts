import { messageOf } from '../errors.ts';
import type { HookContext, TaskHook } from '../hooks/hook.ts';
import { hookFailed } from './events.ts';

/** Makes the context of one hook; only `done` differs between them. */
export type ContextFor = (hook: TaskHook) => HookContext;

/** All hooks in order; the first failure ends it, and is thrown. */
export async function runPrestart(hooks: readonly TaskHook[], contextFor: ContextFor): Promise<void> {
  for (const hook of hooks) {
    const context = contextFor(hook);
    context.signal.throwIfAborted();
    await hook.prestart?.(context);
  }
}

/** The task runs already: what fails here is shown, and changes nothing. */
export async function runPoststart(hooks: readonly TaskHook[], contextFor: ContextFor): Promise<void> {
  for (const hook of hooks) await shown(hook, contextFor, hook.poststart);
}

/** True if one of the hooks asks to wait a moment before the task is told to end. */
export async function runPrekill(hooks: readonly TaskHook[], contextFor: ContextFor): Promise<boolean> {
  let settle = false;
  for (const hook of hooks) {
    if ((await shown(hook, contextFor, hook.prekill)) === true) settle = true;
  }
  return settle;
}

export async function runExited(hooks: readonly TaskHook[], contextFor: ContextFor): Promise<void> {
  for (const hook of hooks) await shown(hook, contextFor, hook.exited);
}

type Step<T> = ((context: HookContext) => Promise<T>) | undefined;

async function shown<T>(hook: TaskHook, contextFor: ContextFor, step: Step<T>): Promise<T | undefined> {
  if (step === undefined) return undefined;
  const context = contextFor(hook);
  try {
    return await step(context);
  } catch (error) {
    const { allocation, task, services } = context;
    context.emit(hookFailed(hook.name, messageOf(error)));
    services.log.warn({ err: error, alloc: allocation.ID, task: task.Name }, `hook ${hook.name} failed`);
    return undefined;
  }
}
