import type { AllocNetworkStatus } from '@shoal/api';
import { messageOf } from '../errors.ts';
import type { TaskWorld } from '../task-runner/task-context.ts';

/** The allocation's network, where its group has one of its own. It is made by the first task that begins (`hooks/network.ts`). */
export type GroupNetwork = {
  /** The last that was there: who looks at an allocation that has ended still sees where it was. */
  status(): AllocNetworkStatus;
  isGone(): boolean;
  /** When no task is in it any more. May be called any number of times; never rejects. */
  release(): Promise<void>;
};

export type GroupNetworkInput = { id: string; drivers: () => readonly string[]; onGone: () => void };

const NONE: AllocNetworkStatus = { InterfaceName: '', Address: '', DNS: null };

export function createGroupNetwork({ id, drivers, onGone }: GroupNetworkInput, world: TaskWorld): GroupNetwork {
  const { networks, log } = world.services;
  let last = NONE;
  let releasing: Promise<void> | undefined;

  async function leave(): Promise<void> {
    const left = [...new Set(drivers())].map((name) => world.drivers.get(name)?.leaveNetwork?.(id));
    // What a driver still has of it, it finds again by itself.
    for (const outcome of await Promise.allSettled(left)) {
      if (outcome.status === 'fulfilled') continue;
      const error = messageOf(outcome.reason);
      log.warn({ error, alloc: id }, 'a driver could not let go of the network of an allocation');
    }
    await networks.release(id);
    onGone();
  }

  const isGone = () => networks.of(id) === undefined;

  return {
    status() {
      last = networks.of(id)?.status ?? last;
      return last;
    },
    isGone,
    release() {
      if (!isGone()) releasing ??= leave().finally(() => (releasing = undefined));
      return releasing ?? Promise.resolve();
    },
  };
}
