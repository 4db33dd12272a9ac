import { type ConfigList, pluginInput } from './config-list.ts';
import type { Invocation, Invoke } from './invoke.ts';
import type { CniResult } from './result.ts';

/** One network of one allocation, as ADD was asked for it and as DEL has to be asked again. Plain data. */
export type Attachment = {
  readonly containerId: string;
  readonly netns: string;
  readonly ifname: string;
  readonly list: ConfigList;
  /** By capability: `portMappings`. */
  readonly runtime: Readonly<Record<string, unknown>>;
  /** `CNI_ARGS`. */
  readonly args: string;
};

export type Plugins = { invoke: Invoke; path: readonly string[] };

/** Runs the plugins in order, each with the result of the one before (https://www.cni.dev/docs/spec/, section 3). The last result is the network's. */
export async function add(attachment: Attachment, plugins: Plugins): Promise<CniResult> {
  let prevResult: unknown;
  for (const part of attachment.list.plugins) {
    const input = pluginInput(attachment.list, part, { runtime: attachment.runtime, prevResult });
    prevResult =
      (await plugins.invoke({ ...request('ADD', attachment, plugins), type: part.type, input })) ?? prevResult;
  }
  return (prevResult ?? {}) as CniResult;
}

/**
 * In reverse order, each with the result of ADD where it is known. All are asked, also when one fails: what each has made is its own. Throws the first
 * failure.
 */
export async function del(attachment: Attachment, result: CniResult | undefined, plugins: Plugins): Promise<void> {
  const failures: unknown[] = [];
  // 0.3 and earlier do not know a result in DEL.
  const prevResult = knowsCheck(attachment.list) ? result : undefined;
  for (const part of attachment.list.plugins.toReversed()) {
    const input = pluginInput(attachment.list, part, { runtime: attachment.runtime, prevResult });
    await plugins
      .invoke({ ...request('DEL', attachment, plugins), type: part.type, input })
      .catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Throws the first plugin's complaint, if what ADD made is not as it was. */
export async function check(attachment: Attachment, prevResult: CniResult, plugins: Plugins): Promise<void> {
  const { list, runtime } = attachment;
  if (list.disableCheck || !knowsCheck(list)) return;
  for (const part of list.plugins) {
    const input = pluginInput(list, part, { runtime, prevResult });
    await plugins.invoke({ ...request('CHECK', attachment, plugins), type: part.type, input });
  }
}

function knowsCheck({ cniVersion }: ConfigList): boolean {
  return !cniVersion.startsWith('0.3.');
}

function request(
  command: Invocation['command'],
  { containerId, netns, ifname, args }: Attachment,
  { path }: Plugins,
): Omit<Invocation, 'type' | 'input'> {
  return { command, containerId, netns, ifname, args, path };
}
