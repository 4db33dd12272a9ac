import { setTimeout as delay } from 'node:timers/promises';
import type { Looked } from '../dns/view.ts';
import { lifetime } from '../lifetime.ts';
import type { Remote } from './remote.ts';

/** How a reading is asked for and understood. */
export type Reading<T> = {
  /** With its query, escaped. */
  readonly path: string;
  /** Undefined when there is no such thing. Throws when the answer makes no sense. */
  readonly read: (value: unknown) => T | undefined;
  /** Whether the endpoint can tell when something changes. */
  readonly blocks: boolean;
};

/** What was read of another datacenter lately, kept current by blocking queries for as long as it is asked for. */
export type KeptReadings = {
  look<T>(reading: Reading<T>): Looked<T>;
  /** Nothing that is here may be believed any more. */
  forget(): void;
  stop(): void;
};

/** Each holds a connection; a Consul takes 200 of one machine unless it is told otherwise. */
const MOST_FOLLOWED = 100;
const MOST_BRIEF = 1_000;
const MOST_COMING = 64;
const FIRST_ANSWER_MS = 3_000;
const WAIT_S = 60;
/** Servers spread the ends of waits over a sixteenth more. */
const WAIT_ANSWER_MS = (WAIT_S + WAIT_S / 16 + 5) * 1_000;
/** What nobody has asked for so long is not followed any more. */
const IDLE_MS = 5 * 60_000;
/** What cannot be followed, is not there or could not be had is asked for anew after this. */
const BRIEF_MS = 1_000;
const LEAST_PAUSE_MS = 100;
/** Whoever answers at once without news does not know how to wait. */
const AT_ONCE_PAUSE_MS = 2_000;

type Followed = { value: unknown; askedAt: number; readonly life: AbortController };
type Brief = { readonly looked: Looked<unknown>; readonly until: number };

/** `now`: milliseconds of a clock that only runs forward. */
export function createKeptReadings(remote: Remote, now: () => number): KeptReadings {
  // Maps keep their order: the first is the one that was asked for least lately, or made first.
  const followed = new Map<string, Followed>();
  const brief = new Map<string, Brief>();
  const coming = new Map<string, Promise<void>>();
  let life = lifetime();

  return {
    look<T>(reading: Reading<T>): Looked<T> {
      const { path } = reading;
      const known = followed.get(path);
      if (known) {
        known.askedAt = now();
        followed.delete(path);
        followed.set(path, known);
        return { value: known.value as T };
      }
      const short = brief.get(path);
      if (short && short.until > now()) return short.looked as Looked<T>;
      const already = coming.get(path);
      if (!already && coming.size >= MOST_COMING) return 'unreachable';
      return { coming: already ?? begin(reading) };
    },
    forget,
    stop: forget,
  };

  function begin(reading: Reading<unknown>): Promise<void> {
    const { signal } = life;
    const fetched = fetch(reading, signal).finally(() => coming.delete(reading.path));
    coming.set(reading.path, fetched);
    return fetched;
  }

  async function fetch({ path, read, blocks }: Reading<unknown>, signal: AbortSignal): Promise<void> {
    try {
      const answer = await remote.ask(path, { signal, withinMs: FIRST_ANSWER_MS });
      const value = read(answer.value);
      if (signal.aborted) return;
      if (value === undefined || !blocks || answer.index === 0) keepBriefly(path, { value });
      else void follow({ path, read, blocks }, value, answer.index);
    } catch {
      // The pulse of the datacenter tells the log.
      keepBriefly(path, 'unreachable');
    }
  }

  /** Until it fails, is gone, or nobody asks any more. Then the next who asks has it fetched. */
  async function follow({ path, read }: Reading<unknown>, first: unknown, firstIndex: number): Promise<void> {
    const entry: Followed = { value: first, askedAt: now(), life: lifetime() };
    const { signal } = entry.life;
    followed.set(path, entry);
    for (const [oldest] of followed) if (followed.size > MOST_FOLLOWED) drop(oldest);
    let index = firstIndex;
    try {
      while (now() - entry.askedAt < IDLE_MS) {
        const begun = now();
        const wait = `${path.includes('?') ? '&' : '?'}index=${index}&wait=${WAIT_S}s`;
        const answer = await remote.ask(path + wait, { signal, withinMs: WAIT_ANSWER_MS });
        entry.value = read(answer.value);
        if (entry.value === undefined) break;
        // An index that has gone back is one of another life of the servers.
        const next = answer.index < index ? 0 : answer.index;
        const pause = next === index ? AT_ONCE_PAUSE_MS : LEAST_PAUSE_MS;
        index = next;
        if (now() - begun < LEAST_PAUSE_MS) await delay(pause, undefined, { signal });
      }
    } catch {
      // The next who asks is told.
    }
    if (followed.get(path) === entry) followed.delete(path);
  }

  function drop(path: string): void {
    followed.get(path)?.life.abort();
    followed.delete(path);
  }

  function keepBriefly(path: string, looked: Looked<unknown>): void {
    brief.delete(path);
    brief.set(path, { looked, until: now() + BRIEF_MS });
    for (const [oldest] of brief) if (brief.size > MOST_BRIEF) brief.delete(oldest);
  }

  function forget(): void {
    life.abort();
    life = lifetime();
    for (const path of [...followed.keys()]) drop(path);
    brief.clear();
  }
}
