import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ConsulHttp } from '@shoal/api';
import { type WatchSpec, watchQuery } from './spec.ts';

/** What a handler is told: the payload, and the index that it is of. */
export type WatchChange = { readonly payload: unknown; readonly index: string };

export type FollowDeps = {
  readonly http: ConsulHttp;
  readonly signal: AbortSignal;
  /** Told of each failure; it is tried again, later and later. */
  readonly onFailure?: (error: unknown) => void;
  readonly token?: string;
  readonly datacenter?: string;
};

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const LEAST_WAIT_MS = 100;
/** Below the five minutes after which many a client and proxy takes a silent answer for a dead one. */
const WAIT_MS = 4 * 60_000;

/** Each change of what is watched, beginning with what is there; a key that is not there is no change until it comes. Ends with the signal. */
export async function* followWatch(spec: WatchSpec, deps: FollowDeps): AsyncGenerator<WatchChange> {
  const { path, query, payload } = watchQuery(spec);
  const { http, signal, token, datacenter } = deps;
  let index = { number: 0, text: '' };
  let last: unknown = null;
  let failures = 0;
  while (!signal.aborted) {
    const asked = performance.now();
    try {
      const answer = await http.ask('GET', path, {
        query: {
          ...query,
          ...(datacenter !== undefined && { dc: datacenter }),
          ...(index.number > 0 && { index: index.text }),
        },
        ...(token !== undefined && { headers: { 'x-consul-token': token } }),
        ...(index.number > 0 && { index: index.number, waitMs: WAIT_MS }),
        signal,
        missing: true,
      });
      failures = 0;
      const found = payload(answer.value);
      // An index that has gone back is one of another life of the servers: all is looked at anew. Those of events have no order.
      const isBehind = answer.index < index.number && spec.type !== 'event';
      index = isBehind ? { number: 0, text: '' } : { number: answer.index, text: answer.rawIndex };
      const news = spec.type === 'event' ? newEvents(found, last) : found;
      const isNews = !isDeepStrictEqual(found, last) && (spec.type !== 'event' || (news as unknown[]).length > 0);
      last = found;
      if (isNews) yield { payload: news, index: answer.rawIndex };
      // Whoever answers at once without news does not know how to wait.
      else if (performance.now() - asked < LEAST_WAIT_MS) await pause(LEAST_WAIT_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      deps.onFailure?.(error);
      failures += 1;
      index = { number: 0, text: '' };
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS), signal);
    }
  }
}

/** What is there now, asked once. */
export async function readWatch(spec: WatchSpec, http: ConsulHttp): Promise<unknown> {
  const { path, query, payload } = watchQuery(spec);
  return payload((await http.ask('GET', path, { query, missing: true })).value);
}

/** The list holds older events as well: a handler is told of each once. */
function newEvents(found: unknown, last: unknown): unknown[] {
  const known = new Set(eventsOf(last).map(({ ID }) => ID));
  return eventsOf(found).filter(({ ID }) => !known.has(ID));
}

function eventsOf(value: unknown): { ID?: unknown }[] {
  return Array.isArray(value) ? value : [];
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    // The signal: the caller looks at it.
  }
}
