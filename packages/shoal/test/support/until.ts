import { setTimeout as delay } from 'node:timers/promises';

/** Waits until the condition gives something true and answers with it; fails naming `what` when the time is over. */
export async function until<T>(what: string, condition: () => T | Promise<T>, timeoutMs = 30_000): Promise<Truthy<T>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Truthy<T>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}; last: ${String(last)}`);
    await delay(20);
  }
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;
