import type { Clock } from './clock.ts';

/** The reason of a signal that only wakes: without one, each gets an error of its own, with a stack. */
export const WOKEN = 'woken';

/** Resolves when the promise is settled, either way, or one of the signals is aborted. Leaves no listener behind. */
export function settledOrAborted(promise: Promise<unknown>, ...signals: AbortSignal[]): Promise<void> {
  if (signals.some((signal) => signal.aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      for (const signal of signals) signal.removeEventListener('abort', done);
      resolve();
    };
    for (const signal of signals) signal.addEventListener('abort', done);
    promise.then(done, done);
  });
}

/** Resolves when the promise is settled, either way, and after `ms` at the latest. */
export async function atMost(promise: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  const nap = new AbortController();
  await settledOrAborted(Promise.race([promise, clock.sleep(ms, nap.signal)]));
  nap.abort(WOKEN);
}

/** Resolves when one of the signals is aborted. */
export function anyAborted(...signals: AbortSignal[]): Promise<void> {
  // A promise of its own each time: what hangs on one that never settles is never let go.
  return settledOrAborted(new Promise(() => undefined), ...signals);
}
