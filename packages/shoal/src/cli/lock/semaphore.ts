import { setTimeout as delay } from 'node:timers/promises';
import type { ConsulHttp, HttpAnswer, KVPair } from '@shoal/api';
import { CommandError } from '../errors.ts';
import { type Holders, holdersOf, holdersText } from './holders.ts';
import { type Held, keyPath, RETRY_MS, type Turn, WAIT_MS } from './turn.ts';

/** Consul's mark of keys that belong to semaphores. */
const SEMAPHORE_FLAGS = '16210313421097356768';

type Place = { readonly http: ConsulHttp; readonly prefix: string; readonly session: string; readonly limit: number };

/**
 * One of at most `limit` holders, by the algorithm that Consul documents for semaphores: everybody who wants it locks a key PREFIX/SESSION of its own,
 * which goes with its session; PREFIX/.lock says who holds it, and is only changed by comparing. Holders whose own key is gone do not count.
 * Consul's `lock -n` does the same on the same keys.
 */
export function semaphoreTurn(http: ConsulHttp, prefix: string, session: string, limit: number): Turn {
  const place = { http, prefix, session, limit };
  return {
    name: `${prefix}/.lock`,
    async take(signal) {
      try {
        await contend(place, signal);
        return await take(place, signal);
      } catch (error) {
        // The time is over: it was asked for in vain.
        if (signal.aborted) return undefined;
        throw error;
      }
    },
    lost: (signal) => watchHolders(place, signal),
    give: () => give(place),
  };
}

async function contend({ http, prefix, session }: Place, signal: AbortSignal): Promise<void> {
  const query = { acquire: session, flags: SEMAPHORE_FLAGS };
  const { value } = await http.ask<boolean>('PUT', keyPath(`${prefix}/${session}`), { query, signal });
  if (value !== true) throw new CommandError(`The key ${prefix}/${session} cannot be locked: is its session gone?`);
}

/** `.lock` as it is, and which of its holders are there. */
type Seen = {
  readonly index: number;
  readonly modifyIndex: number;
  readonly holders: Holders;
  readonly rivals: number;
};

async function look(place: Place, index: number, signal?: AbortSignal): Promise<Seen> {
  const { http, prefix, session, limit } = place;
  const answer: HttpAnswer<KVPair[]> = await http.ask('GET', keyPath(`${prefix}/`), {
    query: { recurse: '', consistent: '' },
    ...(index > 0 && { index, waitMs: WAIT_MS }),
    ...(signal && { signal }),
    missing: true,
  });
  const pairs = answer.value ?? [];
  const contenders = new Set(pairs.flatMap(({ Session }) => Session || []));
  const lock = pairs.find(({ Key }) => Key === `${prefix}/.lock`);
  const told = lock && holdersOf(lock);
  const holders = (told?.holders ?? []).filter((holder) => contenders.has(holder));
  if (told && told.limit !== limit && holders.length > 0)
    throw new CommandError(
      `${prefix} is a semaphore of ${told.limit} holders, not of ${limit}: all must say the same -n`,
    );
  return {
    index: answer.index,
    modifyIndex: lock?.ModifyIndex ?? 0,
    holders,
    rivals: [...contenders].filter((contender) => contender !== session).length,
  };
}

async function take(place: Place, signal: AbortSignal): Promise<Held | undefined> {
  let index = 0;
  while (!signal.aborted) {
    const seen = await look(place, index, signal);
    index = seen.index;
    if (seen.holders.length >= place.limit) continue;
    const fence = await write(place, [...seen.holders, place.session], seen.modifyIndex, signal);
    if (fence !== undefined) return { fence };
    // Somebody else was faster: what there is now decides.
    index = 0;
  }
  return undefined;
}

type TxnAnswer = { Results: { KV: { ModifyIndex: number } }[] | null };

/** The new index of `.lock`; undefined when it was changed by somebody else. */
async function write(
  { http, prefix, limit }: Place,
  holders: Holders,
  modifyIndex: number,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const Value = Buffer.from(holdersText(limit, holders)).toString('base64');
  // A transaction answers with the index that this very write has got: nobody else has the same.
  const key = { Verb: 'cas', Key: `${prefix}/.lock`, Index: modifyIndex, Value };
  const body = `[{"KV":${JSON.stringify(key).slice(0, -1)},"Flags":${SEMAPHORE_FLAGS}}}]`;
  try {
    const { value } = await http.ask<TxnAnswer>('PUT', '/v1/txn', { body, ...(signal && { signal }) });
    return value?.Results?.[0]?.KV.ModifyIndex;
  } catch (error) {
    if ((error as { status?: number }).status === 409) return undefined;
    throw error;
  }
}

async function watchHolders(place: Place, signal: AbortSignal): Promise<void> {
  let index = 0;
  while (!signal.aborted) {
    try {
      const seen = await look(place, index, signal);
      if (!seen.holders.includes(place.session)) return;
      index = seen.index;
    } catch {
      // Nobody answers: whether the session still lives is what its renewals tell.
      index = 0;
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function give(place: Place): Promise<void> {
  const { http, prefix, session } = place;
  // First, so that of several who go at once the last one sees nobody else.
  await http.ask('DELETE', keyPath(`${prefix}/${session}`));
  for (;;) {
    const { holders, modifyIndex, rivals } = await look(place, 0);
    if (modifyIndex === 0) return;
    if (rivals > 0) {
      if ((await write(place, holders, modifyIndex)) !== undefined) return;
    } else {
      // Whoever comes just now has changed the key, so that it stays.
      const { value } = await http.ask<boolean>('DELETE', keyPath(`${prefix}/.lock`), { query: { cas: modifyIndex } });
      if (value === true) return;
    }
  }
}
