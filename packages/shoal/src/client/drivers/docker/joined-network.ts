import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readResolvConf, resolvConfText } from '../../network/resolv-conf.ts';
import type { TaskNetwork, TaskSpec } from '../driver.ts';
import type { JoinedNetwork } from './container.ts';
import type { SharedNetworks } from './shared-network.ts';
import type { TaskConfig } from './task-config.ts';

/**
 * The allocation's network for a task's container; undefined where the allocation has none of its own, or the task's `network_mode` asks for another. An
 * engine refuses resolvers and host names for a container in another's network, so what the task's `config` says of them goes into files.
 */
export async function joinedNetwork(
  networks: SharedNetworks,
  task: TaskSpec,
  config: TaskConfig,
): Promise<JoinedNetwork | undefined> {
  const { network } = task;
  if (network === undefined || config.network_mode) return undefined;
  const holder = await networks.holderFor({ ...task, network }, network.hostname || (config.hostname ?? ''));
  return {
    holder,
    resolvConf: await resolvConfOf(task, network, config),
    hosts: await hostsOf(task, network, config),
  };
}

async function resolvConfOf(
  { task }: TaskSpec,
  { resolvConf: file }: TaskNetwork,
  { dns_servers: servers, dns_search_domains: searches, dns_options: options }: TaskConfig,
): Promise<string> {
  if (servers === undefined && searches === undefined && options === undefined) return file;
  const before = readResolvConf(await readFile(file, 'utf8'));
  const own = { servers: servers ?? before.servers, searches: searches ?? before.searches };
  return written(file, `${task}.resolv.conf`, resolvConfText({ ...own, options: options ?? before.options }));
}

/** `extra_hosts` are `NAME:ADDRESS`, the file's lines the other way round. */
async function hostsOf({ task }: TaskSpec, { hosts: file }: TaskNetwork, config: TaskConfig): Promise<string> {
  if (!config.extra_hosts?.length) return file;
  const lines = config.extra_hosts.map((entry) => {
    const [name = '', ...address] = entry.split(':');
    return `${address.join(':')} ${name}\n`;
  });
  return written(file, `${task}.hosts`, (await readFile(file, 'utf8')) + lines.join(''));
}

/** Beside the allocation's own, with which it goes. */
async function written(beside: string, name: string, text: string): Promise<string> {
  const file = join(dirname(beside), name);
  await writeFile(file, text);
  return file;
}
