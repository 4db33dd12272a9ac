import { createExpiry } from '../../expiry.ts';
import type { VariableRow } from '../../state/rows.ts';
import { variableKey } from '../../state/tables.ts';

const NANOSECONDS_PER_MS = 1e6;

/**
 * How long locks of variables hold. A lock that is not renewed in its time cannot be any more, and is taken off its variable when its delay is over,
 * too: until then nobody else gets it (https://developer.hashicorp.com/nomad/api-docs/variables/locks). After a start of the server every lock has
 * its whole time again.
 */
export type LockTimes = {
  /** Counts its time anew. */
  renew(row: VariableRow): void;
  /** Whether its holder may still use it. */
  holds(row: VariableRow): boolean;
  forget(row: VariableRow): void;
  stop(): void;
};

type Held = { readonly key: string; readonly id: string; readonly delayMs: number };

/** `over` is told the variable's key and the lock's id. */
export function createLockTimes(now: () => number, over: (key: string, lockId: string) => void): LockTimes {
  const held = new Map<string, Held>();
  const times = createExpiry(now, (id) => {
    const lock = held.get(id);
    if (lock) delays.set(id, lock.delayMs);
  });
  const delays = createExpiry(now, (id) => {
    const lock = held.get(id);
    held.delete(id);
    if (lock) over(lock.key, id);
  });

  return {
    renew({ Namespace, Path, Lock }) {
      if (!Lock) return;
      held.set(Lock.ID, {
        key: variableKey(Namespace, Path),
        id: Lock.ID,
        delayMs: Lock.LockDelay / NANOSECONDS_PER_MS,
      });
      times.set(Lock.ID, Lock.TTL / NANOSECONDS_PER_MS);
    },
    holds: ({ Lock }) => Lock !== undefined && times.has(Lock.ID),
    forget({ Lock }) {
      if (!Lock) return;
      held.delete(Lock.ID);
      times.clear(Lock.ID);
      delays.clear(Lock.ID);
    },
    stop() {
      times.clearAll();
      delays.clearAll();
      held.clear();
    },
  };
}
