/** Time as the client sees it. Tests pass one that they move by hand. */
export type Clock = {
  /** Milliseconds since 1970: for what is shown and kept. It may be set at any moment, so nothing is measured by it. */
  now(): number;
  /** Milliseconds of a clock that only runs forward, since some moment: for how long something has lasted. */
  monotonic(): number;
  /** Resolves after `ms`, or as soon as the signal is aborted: the caller looks at the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const over = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      signal.addEventListener('abort', over);
    }),
};
