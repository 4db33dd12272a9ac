import { setTimeout as delay } from 'node:timers/promises';
import type { ConsulHttp, KVPair } from '@shoal/api';
import { type Held, keyPath, RETRY_MS, type Turn, WAIT_MS } from './turn.ts';

/** Consul's mark of keys that are locks of this kind, so that nobody takes a semaphore for one. */
const LOCK_FLAGS = '3304740253564472344';

/** The key PREFIX/.lock, which one session holds at a time. */
export function lockTurn(http: ConsulHttp, prefix: string, session: string): Turn {
  const key = `${prefix}/.lock`;
  const path = keyPath(key);
  return {
    name: key,
    async take(signal) {
      try {
        return await take(http, path, session, signal);
      } catch (error) {
        // The time is over: it was asked for in vain.
        if (signal.aborted) return undefined;
        throw error;
      }
    },
    lost: (signal) => watchHolder(http, path, session, signal),
    async give() {
      await http.ask('PUT', path, { query: { release: session, flags: LOCK_FLAGS } });
      const { value } = await http.ask<KVPair[]>('GET', path, { missing: true });
      const [pair] = value ?? [];
      // Who took it meanwhile has changed the key, so that it stays.
      if (pair && !pair.Session) await http.ask('DELETE', path, { query: { cas: pair.ModifyIndex } });
    },
  };
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

async function watchHolder(http: ConsulHttp, path: string, session: string, signal: AbortSignal): Promise<void> {
  let index = 0;
  while (!signal.aborted) {
    try {
      const seen = await http.ask<KVPair[]>('GET', path, {
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
