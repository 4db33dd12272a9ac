import { readFile, writeFile } from 'node:fs/promises';
import type { Allocation, AllocNetworkStatus, TaskGroup } from '@shoal/api';
import type { Log } from '../../log.ts';
import type { TaskDns, TaskNetwork } from '../drivers/driver.ts';
import { messageOf } from '../errors.ts';
import type { ServeDns } from '../serve-dns.ts';
import { bridgeConfig } from './bridge-config.ts';
import { type Attachment, add, del, type Plugins } from './cni/attachment.ts';
import { invokePlugin } from './cni/invoke.ts';
import { attachedBy } from './cni/result.ts';
import { cniArgs } from './cni-args.ts';
import { configNamed } from './cni-configs.ts';
import { allowForwarding, forbidForwarding } from './forwarding.ts';
import { hostsText } from './hosts-file.ts';
import { cniName, ownNetworkMode } from './mode.ts';
import { isNamespace, makeNamespace, namespacePath, removeNamespace } from './namespace.ts';
import { portMappings } from './port-mappings.ts';
import { type NetworkRecord, networkRecords } from './records.ts';
import { readResolvConf, resolvConfText } from './resolv-conf.ts';
import { resolversFor } from './resolvers.ts';
import type { NetworkSettings } from './settings.ts';

/** The networks of allocations that have one of their own. Each is made before the first task and removed after the last one. */
export type AllocNetworks = {
  /** Takes up what an earlier agent left, and removes what belongs to no allocation (any more). Once, before the others. */
  restore(isKnown: (allocId: string) => boolean): Promise<void>;
  /** Resolves when the network is there, whichever task asks first; undefined for a group in the machine's. Throws `NetworkError`. */
  ready(wanted: WantedNetwork): Promise<AllocNetwork | undefined>;
  /** What is there now. */
  of(allocId: string): AllocNetwork | undefined;
  /** Removes it, whatever there is. Never rejects: what could not be removed is tried again when the next agent starts. */
  release(allocId: string): Promise<void>;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
};

export type WantedNetwork = {
  allocation: Allocation;
  group: TaskGroup;
  /** The group's `network { dns {} }`, filled in. */
  dns: TaskDns | null;
  fill(text: string): string;
};

export type AllocNetwork = {
  readonly status: AllocNetworkStatus;
  readonly forTasks: TaskNetwork;
  /** What users should know of it. */
  readonly warning?: string | undefined;
};

export type AllocNetworksDeps = {
  settings: NetworkSettings;
  /** `<data_dir>/client/networks`. */
  folder: string;
  serveDns?: ServeDns | undefined;
  log: Log;
};

/** The interface in the allocation. */
const IFNAME = 'eth0';
const HOST_RESOLV_CONF = '/etc/resolv.conf';

export function createAllocNetworks({ settings, folder, serveDns, log }: AllocNetworksDeps): AllocNetworks {
  const plugins: Plugins = { invoke: invokePlugin, path: settings.cniPath };
  const records = networkRecords(folder);
  const present = new Map<string, { record: NetworkRecord; network: AllocNetwork }>();
  /** The last thing that is done for an allocation: all of it goes one after another. */
  const work = new Map<string, Promise<unknown>>();

  function inTurn<T>(allocId: string, act: () => Promise<T>): Promise<T> {
    const done = (work.get(allocId) ?? Promise.resolve()).then(act, act);
    work.set(allocId, done);
    const forget = () => {
      if (work.get(allocId) === done) work.delete(allocId);
    };
    done.then(forget, forget);
    return done;
  }

  let forwarding: Promise<void> = Promise.resolve();

  /** The bridge's rule is common to all: who looks for it must not meet another who makes it. */
  function forwardingInTurn(act: () => Promise<void>): Promise<void> {
    const done = forwarding.then(act);
    forwarding = done.catch(() => undefined);
    return done;
  }

  async function forbidIfUnused(): Promise<void> {
    const isUsed = (await records.all()).some(({ mode }) => mode === 'bridge');
    if (!isUsed) await forbidForwarding(settings);
  }

  async function make(wanted: WantedNetwork, mode: string): Promise<AllocNetwork> {
    const begun = await recordFor(wanted, mode);
    await records.put(begun);
    try {
      const record = await attach(begun);
      const warning = await writeFiles(record, wanted.dns);
      await records.put(record);
      const network = networkOf(record, warning);
      present.set(record.allocId, { record, network });
      return network;
    } catch (error) {
      await remove(begun).catch((left) => log.warn({ error: messageOf(left), alloc: begun.allocId }, LEFT));
      throw error;
    }
  }

  async function recordFor({ allocation, group, fill }: WantedNetwork, mode: string): Promise<NetworkRecord> {
    const { ID: allocId } = allocation;
    const namespace = namespacePath(allocId);
    const hostname = fill(group.Networks?.[0]?.Hostname ?? '');
    const about = { version: 1, allocId, mode, namespace, hostname } as const;
    if (mode === 'none') return { ...about, attachment: null };
    const name = cniName(mode);
    const list = name === undefined ? bridgeConfig(settings) : await configNamed(name, settings.cniConfigDir);
    const runtime = { portMappings: portMappings(allocation, settings.bindWildcard) };
    const args = cniArgs(allocation, group, fill);
    return { ...about, attachment: { containerId: allocId, netns: namespace, ifname: IFNAME, list, runtime, args } };
  }

  async function attach(record: NetworkRecord): Promise<NetworkRecord> {
    await makeNamespace(record.namespace);
    await add(loopbackOf(record), plugins);
    if (record.attachment === null) return { ...record, result: {} };
    if (record.mode === 'bridge') await forwardingInTurn(() => allowForwarding(settings));
    return { ...record, result: await add(record.attachment, plugins) };
  }

  /** The files that tasks find in /etc; answers with what the user should know. */
  async function writeFiles({ allocId, hostname, result = {} }: NetworkRecord, dns: TaskDns | null) {
    const { address, gateways } = attachedBy(result, IFNAME);
    const host = readResolvConf(await readFile(HOST_RESOLV_CONF, 'utf8').catch(() => ''));
    const { resolvConf, warning } = await resolversFor({ dns, result: result.dns, gateways, serveDns, host });
    await writeFile(records.file(allocId, 'resolv.conf'), resolvConfText(resolvConf));
    await writeFile(records.file(allocId, 'hosts'), hostsText({ hostname, address }));
    return warning;
  }

  function networkOf({ allocId, namespace, hostname, mode, result = {} }: NetworkRecord, warning?: string) {
    const { interfaceName, address } = attachedBy(result, IFNAME);
    const { nameservers, search = [], options = [] } = result.dns ?? {};
    const DNS = nameservers?.length
      ? { Servers: [...nameservers], Searches: [...search], Options: [...options] }
      : null;
    return {
      status: { InterfaceName: mode === 'none' ? '' : interfaceName, Address: address, DNS },
      forTasks: {
        namespace,
        hostname,
        resolvConf: records.file(allocId, 'resolv.conf'),
        hosts: records.file(allocId, 'hosts'),
      },
      warning,
    } satisfies AllocNetwork;
  }

  /** Throws when something could not be removed: the record stays, so that it is tried again. */
  async function remove(record: NetworkRecord): Promise<void> {
    const { allocId, attachment, namespace, result, mode } = record;
    try {
      // Without the namespace there is nothing to be taken out of it, and plugins look after what else is theirs.
      const netns = (await isNamespace(namespace)) ? namespace : '';
      const detached = attachment === null ? Promise.resolve() : del({ ...attachment, netns }, result, plugins);
      await detached.finally(() => removeNamespace(namespace));
      await records.remove(allocId);
      if (mode === 'bridge') await forwardingInTurn(forbidIfUnused);
    } finally {
      present.delete(allocId);
    }
  }

  /** After a restart of the machine its namespace is gone, but addresses and rules may be left. */
  async function takeUp(record: NetworkRecord): Promise<void> {
    if (await isNamespace(record.namespace)) {
      for (const gateway of attachedBy(record.result ?? {}, IFNAME).gateways) await serveDns?.(gateway);
    } else await remove(record);
  }

  function complain(allocId: string, promise: Promise<unknown>): Promise<void> {
    return promise.then(
      () => undefined,
      (error) => log.warn({ error: messageOf(error), alloc: allocId }, LEFT),
    );
  }

  return {
    async restore(isKnown) {
      for (const record of await records.all()) {
        const { allocId } = record;
        const isWhole = record.result !== undefined && isKnown(allocId);
        if (isWhole) present.set(allocId, { record, network: networkOf(record) });
        // Not awaited: who needs this network waits for its turn.
        void complain(
          allocId,
          inTurn(allocId, () => (isWhole ? takeUp(record) : remove(record))),
        );
      }
    },
    async ready(wanted) {
      const mode = ownNetworkMode(wanted.group);
      if (mode === undefined) return undefined;
      const { ID } = wanted.allocation;
      return inTurn(ID, async () => present.get(ID)?.network ?? make(wanted, mode));
    },
    of: (allocId) => present.get(allocId)?.network,
    async release(allocId) {
      await complain(
        allocId,
        inTurn(allocId, async () => {
          const found = present.get(allocId);
          if (found !== undefined) await remove(found.record);
        }),
      );
    },
    async settled() {
      await Promise.allSettled(work.values());
    },
  };
}

const LEFT = 'what is left of the network of an allocation could not be removed; the next agent tries again';

function loopbackOf({ allocId, namespace }: NetworkRecord): Attachment {
  const list = { cniVersion: '0.4.0', name: 'loopback', plugins: [{ type: 'loopback' }] };
  return { containerId: allocId, netns: namespace, ifname: 'lo', list, runtime: {}, args: '' };
}
