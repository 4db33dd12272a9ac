import { interpolate } from '../env/interpolate.ts';
import { messageOf } from '../errors.ts';
import { NetworkError } from '../network/errors.ts';
import { ownNetworkMode } from '../network/mode.ts';
import { setupFailure, taskSetup } from '../task-runner/events.ts';
import { groupDns } from '../task-runner/group-dns.ts';
import { type HookContext, HookFailure, type TaskHook } from './hook.ts';

/** Has the allocation's network ready, where its group has one of its own. All tasks share it; it goes when the last of them is over. */
export const networkHook: TaskHook = {
  name: 'network',
  async prestart(context) {
    const mode = ownNetworkMode(context.group);
    if (mode === undefined) return;
    const network = await ready(context, mode);
    if (network?.warning !== undefined) context.emit(taskSetup(network.warning));
  },
};

async function ready(context: HookContext, mode: string) {
  const { allocation, group, services, env } = context;
  try {
    const fill = (text: string) => interpolate(text, env.variables);
    return await services.networks.ready({ allocation, group, dns: groupDns(context), fill });
  } catch (error) {
    const reason = `failed to set up the allocation's network (mode = "${mode}"): ${messageOf(error)}`;
    const recoverable = !(error instanceof NetworkError) || error.recoverable;
    throw new HookFailure(reason, { event: setupFailure(reason), recoverable, cause: error });
  }
}
