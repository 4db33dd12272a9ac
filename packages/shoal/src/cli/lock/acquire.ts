import { setTimeout as delay } from 'node:timers/promises';
import type { ConsulHttp, KVPair } from '@shoal/api';

/** Consul's mark of keys that are locks of this kind, so that nobody takes a semaphore for one. */
export const LOCK_FLAGS = '3304740253564472344';
const WAIT_MS = 15_000;
const RETRY_MS = 1_000;

/** A number that grows with every change of who holds the lock, and never goes back. */
export type Held = { readonly fence: number };

/** Waits until the key is this session's. Undefined when the signal fires first. */
export async function acquire(
  http: ConsulHttp,
  key: string,
  session: string,
  signal: AbortSignal,
): Promise<Held | undefined> {
  try {
    return await take(http, keyPath(key), session, signal);
  } catch (error) {
    // The time is over: it was asked for in vain.
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function take(http: ConsulHttp, path: string, session: string, signal: AbortSignal): Promise<Held | undefined> {
  let index = 0;
  while (!signal.aborted) {
    const seen = await http.ask<KVPair[]>('GET', path, {
      query: { consistent: '' },
      ...(index > 0 && { index, waitMs: WAIT_MS }),
      signal,
      missing: true,
    });
    const pair = seen.value?.[0];
    if (pair?.Session === session) return { fence: pair.ModifyIndex };
    index = seen.index;
    if (pair?.Session) continue;
    const { value } = await http.ask<boolean>('PUT', path, { query: { acquire: session, flags: LOCK_FLAGS }, signal });
    // The holder went without saying so: the key stays free for a while (lock-delay).
    if (value !== true) await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    index = 0;
  }
  return undefined;
}

/** Resolves when the key is no longer this session's. */
export async function watchHolder(http: ConsulHttp, key: string, session: string, signal: AbortSignal): Promise<void> {
  let index = 0;
  while (!signal.aborted) {
    try {
      const seen = await http.ask<KVPair[]>('GET', keyPath(key), {
        ...(index > 0 && { index, waitMs: WAIT_MS }),
        signal,
        missing: true,
      });
      if (seen.value?.[0]?.Session !== session) return;
      index = seen.index;
    } catch {
      // Nobody answers: whether the session still lives is what its renewals tell.
      index = 0;
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

export async function release(http: ConsulHttp, key: string, session: string): Promise<void> {
  await http.ask('PUT', keyPath(key), { query: { release: session, flags: LOCK_FLAGS } });
}

function keyPath(key: string): string {
  return `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`;
}
