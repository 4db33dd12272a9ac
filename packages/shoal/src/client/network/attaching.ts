import { messageOf } from '../errors.ts';
import { type Attachment, add, check, del, type Plugins } from './cni/attachment.ts';
import { attachedBy } from './cni/result.ts';
import { allowForwarding, forbidForwarding } from './forwarding.ts';
import { isNamespace, makeNamespace, removeNamespace } from './namespace.ts';
import { IFNAME } from './planned-network.ts';
import type { NetworkRecord } from './records.ts';
import type { NetworkSettings } from './settings.ts';

/** Makes networks as they are planned, and takes them down. What there is is in the records. */
export type Attaching = {
  /** The namespace with all that plugins make of it; answers with the record of that. Throws `NetworkError`, with something left perhaps. */
  attach(record: NetworkRecord): Promise<NetworkRecord>;
  /** Throws when something could not be taken down. */
  detach(record: NetworkRecord): Promise<void>;
  /** Of a network whose namespace is there: if its bridge or its rules are not as they were, they are made again, and the answer is the new record. */
  mend(record: NetworkRecord): Promise<{ record: NetworkRecord; reason: string } | undefined>;
  /** After `detach`, when the records are up to date: takes back what no other network needs. */
  tidy(left: readonly NetworkRecord[]): Promise<void>;
};

export function createAttaching(settings: NetworkSettings, plugins: Plugins): Attaching {
  let forwarding: Promise<void> = Promise.resolve();

  /** The bridge's rule is common to all: who looks for it must not meet another who makes it. */
  function forwardingInTurn(act: () => Promise<void>): Promise<void> {
    const done = forwarding.then(act);
    forwarding = done.catch(() => undefined);
    return done;
  }

  async function detach({ attachment, namespace, result }: NetworkRecord): Promise<void> {
    // Without the namespace there is nothing to be taken out of it, and plugins look after what else is theirs.
    const from = (netns: string) => (attachment === null ? undefined : del({ ...attachment, netns }, result, plugins));
    const isThere = await isNamespace(namespace);
    const isGone = isThere && (await succeeds(from(namespace)));
    await removeNamespace(namespace);
    // Some plugins stop at a rule that somebody else has removed; the second time they do not get to it.
    if (!isGone) await from('');
  }

  async function join(record: NetworkRecord, attachment: Attachment): Promise<NetworkRecord> {
    if (record.mode === 'bridge') await forwardingInTurn(() => allowForwarding(settings));
    return { ...record, result: await afterFirst(attachment.list.name, () => add(attachment, plugins)) };
  }

  /** The first one on a network makes what is common to all, bridge and chains: who comes meanwhile waits, as plugins get into each other's way there. */
  const firsts = new Map<string, Promise<unknown>>();
  function afterFirst<T>(network: string, act: () => Promise<T>): Promise<T> {
    const first = firsts.get(network);
    if (first !== undefined) return first.then(act, act);
    const done = act();
    firsts.set(network, done);
    done.catch(() => firsts.delete(network));
    return done;
  }

  return {
    async attach(record) {
      await makeNamespace(record.namespace);
      await add(loopbackOf(record), plugins);
      return record.attachment === null ? { ...record, result: {} } : join(record, record.attachment);
    },
    detach,
    async mend(record) {
      const { mode, attachment, result } = record;
      // What an operator describes may give another address, which its tasks do not know.
      if (mode !== 'bridge' || attachment === null || result === undefined || record.isUncheckable) return undefined;
      await forwardingInTurn(() => allowForwarding(settings));
      const reason = await check(reliable(attachment), result, plugins).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      );
      if (reason === undefined) return undefined;
      // What is missing already may make it fail.
      await succeeds(del(attachment, result, plugins));
      // The address is asked for again (`IP`, https://www.cni.dev/plugins/current/ipam/host-local/): tasks and services have it.
      const { address } = attachedBy(result, IFNAME);
      const mended = await join(record, { ...attachment, args: `${attachment.args};IP=${address}` });
      // Plugins that still complain always do: they are not asked again.
      const isFine = await succeeds(check(reliable(attachment), mended.result ?? {}, plugins));
      return { record: { ...mended, attachment, ...(!isFine && { isUncheckable: true }) }, reason };
    },
    async tidy(left) {
      await forwardingInTurn(async () => {
        if (!left.some(({ mode }) => mode === 'bridge')) await forbidForwarding(settings);
      });
    },
  };
}

/** `portmap` looks for rules of IPv6 that it does not make (1.1): it always complains. A filter that was flushed is told by `firewall`. */
function reliable(attachment: Attachment): Attachment {
  const list = attachment.list.plugins.filter(({ type }) => type !== 'portmap');
  return { ...attachment, list: { ...attachment.list, plugins: list } };
}

async function succeeds(act: Promise<void> | undefined): Promise<boolean> {
  try {
    await act;
    return true;
  } catch {
    return false;
  }
}

function loopbackOf({ allocId, namespace }: NetworkRecord): Attachment {
  const list = { cniVersion: '0.4.0', name: 'loopback', plugins: [{ type: 'loopback' }] };
  return { containerId: allocId, netns: namespace, ifname: 'lo', list, runtime: {}, args: '' };
}
