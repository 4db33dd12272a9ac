import { setTimeout as delay } from 'node:timers/promises';
import type { NomadClient, Variable } from '@shoal/api';
import { CommandError } from '../errors.ts';

export type LockWish = {
  readonly namespace: string | undefined;
  readonly path: string;
  /** Written with the lock; an empty object leaves them as they are. */
  readonly items: Readonly<Record<string, string>>;
  readonly ttlMs: number;
  readonly delayMs: number;
};

/** A lock that is renewed while it is held. `lost` fires when it must be taken for gone: somebody else may have it, or nobody has heard us for its time. */
export type HeldLock = { readonly id: string; readonly lost: AbortSignal; release(): Promise<void> };

const RETRY_MS = 1_000;
const LOOK_MS = 60_000;

/** Waits until the lock is free, and takes it. */
export async function takeVariableLock(nomad: NomadClient, wish: LockWish, waiting: () => void): Promise<HeldLock> {
  const { namespace, path, items, ttlMs, delayMs } = wish;
  const place = { Path: path, ...(namespace !== undefined && { Namespace: namespace }) };
  const body = {
    ...place,
    ...(Object.keys(items).length > 0 && { Items: items }),
    Lock: { TTL: `${ttlMs}ms`, LockDelay: `${delayMs}ms` },
  };
  for (let told = false; ; told = true) {
    const result = await nomad.variables.lock('acquire', body);
    if (result.kind === 'written') return keep(nomad, place, result.variable, ttlMs);
    if (!told) waiting();
    await changed(nomad, { namespace, path }, result.variable.ModifyIndex);
  }
}

/** Resolves when the variable has changed, or it is time to look again all the same. */
async function changed(
  nomad: NomadClient,
  { namespace, path }: Pick<LockWish, 'namespace' | 'path'>,
  index: number,
): Promise<void> {
  const place = namespace === undefined ? {} : { namespace };
  await nomad.variables.read(path, { ...place, index, waitMs: LOOK_MS }).catch(() => delay(RETRY_MS));
}

function keep(
  nomad: NomadClient,
  place: { Path: string; Namespace?: string },
  { Lock }: Variable,
  ttlMs: number,
): HeldLock {
  const id = Lock?.ID ?? '';
  if (id === '') throw new CommandError(`The server has locked ${place.Path}, and does not say by which ID`);
  const lost = new AbortController();
  let renewedAt = performance.now();
  let busy = false;
  const timer = setInterval(() => void renew(), ttlMs / 3);

  async function renew(): Promise<void> {
    // The server counts from when it hears us; we count from when we asked, which is earlier.
    if (performance.now() - renewedAt > ttlMs) lost.abort();
    if (busy) return;
    busy = true;
    const askedAt = performance.now();
    try {
      const { kind } = await nomad.variables.lock('renew', { ...place, Lock: { ID: id } });
      if (kind === 'conflict') lost.abort();
      else renewedAt = askedAt;
    } catch {
      // Asked again soon; the time that is left is what counts.
    } finally {
      busy = false;
    }
  }

  return {
    id,
    lost: lost.signal,
    async release() {
      clearInterval(timer);
      await nomad.variables.lock('release', { ...place, Lock: { ID: id } });
    },
  };
}
