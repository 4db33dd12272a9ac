import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '@shoal/api';

export type FollowOptions<T> = {
  /** One blocking query. Without an index it answers at once. */
  readonly ask: (index: number | undefined, signal: AbortSignal) => Promise<Answer<T>>;
  /** Called with every answer that may hold something new. */
  readonly onAnswer: (value: T) => void;
  /** Called with each failed attempt, counted from 1, and with 0 when it works again. */
  readonly onFailure: (attempts: number, error: unknown) => void;
  readonly random: () => number;
  readonly signal: AbortSignal;
};

const FIRST_BACKOFF_MS = 50;
const MOST_BACKOFF_MS = 3000;
/** A server that answers a blocking query at once with nothing new is asked no faster than this. */
const IDLE_PAUSE_MS = 100;

/** Repeats a blocking query until the signal ends it. Failures are waited out with growing pauses; they change nothing that is known. */
export async function follow<T>(options: FollowOptions<T>): Promise<void> {
  const { signal } = options;
  let index: number | undefined;
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = performance.now();
    try {
      const answer = await options.ask(index, signal);
      if (signal.aborted) return;
      if (failures > 0) options.onFailure(0, undefined);
      failures = 0;
      if (answer.index !== index) options.onAnswer(answer.value);
      else if (performance.now() - startedAt < IDLE_PAUSE_MS) await pause(IDLE_PAUSE_MS, signal);
      // An index that went back is from a catalog that was restored: start over ("Blocking queries" in Consul's API documentation).
      index = index !== undefined && answer.index < index ? undefined : answer.index;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      options.onFailure(failures, error);
      await pause(backoffMs(failures, options.random), signal);
    }
  }
}

/** Half of it fixed, half of it random, so that many edges do not come back at the same moment. */
export function backoffMs(failures: number, random: () => number): number {
  const most = Math.min(MOST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
  return most / 2 + (most / 2) * random();
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // The only failure is the abort, and the loop looks for that itself.
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
