import { writeFile } from 'node:fs/promises';
import type { AllocNetworkStatus } from '@shoal/api';
import type { Log } from '../../log.ts';
import type { TaskDns, TaskNetwork } from '../drivers/driver.ts';
import { messageOf } from '../errors.ts';
import type { ServeDns } from '../serve-dns.ts';
import { createAttaching } from './attaching.ts';
import { invokePlugin } from './cni/invoke.ts';
import { attachedBy } from './cni/result.ts';
import { hostsText } from './hosts-file.ts';
import { ownNetworkMode } from './mode.ts';
import { isNamespace } from './namespace.ts';
import { IFNAME, plannedNetwork, type WantedNetwork } from './planned-network.ts';
import { type NetworkRecord, networkRecords } from './records.ts';
import { resolvConfText } from './resolv-conf.ts';
import { hostResolvConf, resolversFor } from './resolvers.ts';
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

const LEFT = 'what is left of the network of an allocation could not be removed; the next agent tries again';

export function createAllocNetworks({ settings, folder, serveDns, log }: AllocNetworksDeps): AllocNetworks {
  const { attach, detach, mend, tidy } = createAttaching(settings, { invoke: invokePlugin, path: settings.cniPath });
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

  async function make(wanted: WantedNetwork, mode: string): Promise<AllocNetwork> {
    const planned = await plannedNetwork(wanted, mode, settings);
    await records.put(planned);
    try {
      const record = await attach(planned);
      const warning = await writeFiles(record, wanted.dns);
      await records.put(record);
      return keep(record, warning);
    } catch (error) {
      await complain(planned.allocId, remove(planned));
      throw error;
    }
  }

  function keep(record: NetworkRecord, warning?: string): AllocNetwork {
    const network = networkOf(record, warning);
    present.set(record.allocId, { record, network });
    return network;
  }

  /** The files that tasks find in /etc; answers with what the user should know. */
  async function writeFiles({ allocId, hostname, result = {} }: NetworkRecord, dns: TaskDns | null) {
    const { address, gateways } = attachedBy(result, IFNAME);
    const host = await hostResolvConf();
    const { resolvConf, warning } = await resolversFor({ dns, result: result.dns, gateways, serveDns, host });
    await writeFile(records.file(allocId, 'resolv.conf'), resolvConfText(resolvConf));
    await writeFile(records.file(allocId, 'hosts'), hostsText({ hostname, address }));
    return warning;
  }

  function networkOf({ allocId, namespace, hostname, mode, result = {} }: NetworkRecord, warning?: string) {
    const { interfaceName, address, addressIpv6 } = attachedBy(result, IFNAME);
    const { nameservers, search = [], options = [] } = result.dns ?? {};
    const DNS = nameservers?.length
      ? { Servers: [...nameservers], Searches: [...search], Options: [...options] }
      : null;
    return {
      status: {
        InterfaceName: mode === 'none' ? '' : interfaceName,
        Address: address,
        ...(addressIpv6 !== '' && { AddressIPv6: addressIpv6 }),
        DNS,
      },
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
    try {
      await detach(record);
      await records.remove(record.allocId);
      await tidy(await records.all());
    } finally {
      present.delete(record.allocId);
    }
  }

  /** After a restart of the machine its namespace is gone, but addresses may be left; after one of its packet filter it is the rules that are missing. */
  async function takeUp(record: NetworkRecord): Promise<void> {
    if (!(await isNamespace(record.namespace))) return remove(record);
    const mended = await mend(record);
    if (mended !== undefined) {
      await records.put(mended.record);
      keep(mended.record);
      const { reason } = mended;
      log.warn({ alloc: record.allocId, reason }, 'the network of an allocation was not as it was, and is made again');
    }
    for (const gateway of attachedBy(record.result ?? {}, IFNAME).gateways) await serveDns?.(gateway);
  }

  function complain(allocId: string, removal: Promise<unknown>): Promise<void> {
    return removal.then(
      () => undefined,
      (error) => log.warn({ error: messageOf(error), alloc: allocId }, LEFT),
    );
  }

  return {
    async restore(isKnown) {
      for (const record of await records.all()) {
        const { allocId } = record;
        const isWhole = record.result !== undefined && isKnown(allocId);
        if (isWhole) keep(record);
        // Not awaited: who needs this network waits for its turn.
        const taken = inTurn(allocId, () => (isWhole ? takeUp(record) : remove(record)));
        if (!isWhole) void complain(allocId, taken);
        else {
          taken.catch((error) =>
            log.warn({ error: messageOf(error), alloc: allocId }, 'the network of an allocation could not be taken up'),
          );
        }
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
      const removal = inTurn(allocId, async () => {
        const found = present.get(allocId);
        if (found !== undefined) await remove(found.record);
      });
      await complain(allocId, removal);
    },
    async settled() {
      await Promise.allSettled(work.values());
    },
  };
}
