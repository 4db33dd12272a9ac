import type { Clock } from './clock.ts';

/** Resolves when the promise is settled, either way, or one of the signals is aborted. Leaves no listener behind. */
export async function settledOrAborted(promise: Promise<unknown>, ...signals: AbortSignal[]): Promise<void> {
  const over = new AbortController();
  const settled = promise.then(
    () => undefined,
    () => undefined,
  );
  try {
    await Promise.race([settled, ...signals.map((signal) => aborted(signal, over.signal))]);
  } finally {
    over.abort();
  }
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true, signal: over }));
}

/** Resolves when the promise is settled, either way, and after `ms` at the latest. */
export async function atMost(promise: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  const nap = new AbortController();
  await settledOrAborted(Promise.race([promise, clock.sleep(ms, nap.signal)]));
  nap.abort();
}

/** Resolves when one of the signals is aborted. */
export function anyAborted(...signals: AbortSignal[]): Promise<void> {
  // A promise of its own each time: what hangs on one that never settles is never let go.
  return settledOrAborted(new Promise(() => undefined), ...signals);
}
