import type { InsideAddress } from '../services/address.ts';
import { uncheckable } from '../services/checks.ts';
import { DEREGISTER_TIMEOUT_MS, taskServiceRegistrations } from '../services/registrations.ts';
import { hookFailed } from '../task-runner/events.ts';
import type { HookContext, TaskHook } from './hook.ts';

/**
 * Announces the services in the task's block while it runs, and takes them back before it is told to end. What is announced is kept in `done`: the
 * block may have changed in place since. While it runs, its checks are looked after. Group services: `alloc-runner/group-services.ts`.
 */
export const servicesHook: TaskHook = {
  name: 'services',
  async poststart(context) {
    const { allocation, task, done, services } = context;
    const wanted = task.Services?.length
      ? taskServiceRegistrations(allocation, task, context.env.variables, await insideOf(context))
      : [];
    const stale = announced(context).filter((id) => !wanted.some((service) => service.id === id));
    services.checks.start(context);
    if (wanted.length + stale.length === 0) return;
    await say(context, uncheckable(task.Services));
    await done.set('ids', JSON.stringify(wanted.map(({ id }) => id)));
    await Promise.all([
      ...stale.map((id) => services.registrar.deregister(id, DEREGISTER_TIMEOUT_MS)),
      ...wanted.map((service) => services.registrar.register(service)),
    ]);
  },
  async prekill(context) {
    context.services.checks.stop(context);
    return (await takeBack(context)) > 0;
  },
  async exited(context) {
    context.services.checks.stop(context);
    if ((await takeBack(context)) > 0) await context.done.set('ids', '[]');
  },
};

async function insideOf({ task, driver, life }: HookContext): Promise<InsideAddress | undefined> {
  if (driver.network === undefined || (task.Services ?? []).length === 0) return undefined;
  return { network: await life.network(), ports: driver.inside?.ports(task.Config ?? {}) ?? {} };
}

async function say({ done, emit }: HookContext, warning: string | undefined): Promise<void> {
  if (warning === undefined || done.get('warned') === warning) return;
  emit(hookFailed('services', warning));
  await done.set('warned', warning);
}

async function takeBack(context: HookContext): Promise<number> {
  const ids = announced(context);
  await Promise.all(ids.map((id) => context.services.registrar.deregister(id, DEREGISTER_TIMEOUT_MS)));
  return ids.length;
}

function announced({ done }: HookContext): string[] {
  const ids: unknown = JSON.parse(done.get('ids') ?? '[]');
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}
