import { setTimeout as delay } from 'node:timers/promises';

/** Time as the client sees it. Tests pass one that they move by hand. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, or as soon as the signal is aborted: the caller looks at the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    // An aborted timer rejects; for the caller both ends are the end of the wait.
    await delay(ms, undefined, { signal }).catch(() => undefined);
  },
};
