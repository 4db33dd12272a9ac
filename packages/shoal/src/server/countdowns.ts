/**
 * How long it is until the moments that rows name. Those are times of the wall clock, which may be set at any time: each is measured once, when it is
 * first asked for, and from then on by a clock that only runs forward.
 */
export class Countdowns {
  readonly #running = new Map<string, { moment: number; due: number }>();
  readonly #wallClock: () => number;

  /** `wallClock`: milliseconds since 1970. */
  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  /** Milliseconds left until `moment`, in Unix milliseconds; 0 or less: it has come. A key that comes with another moment is measured anew. */
  leftMs(key: string, moment: number): number {
    const known = this.#running.get(key);
    if (known?.moment === moment) return known.due - performance.now();
    const left = moment - this.#wallClock();
    this.#running.set(key, { moment, due: performance.now() + left });
    return left;
  }

  /** Everything about keys that begin so. */
  forget(prefix: string): void {
    for (const key of this.#running.keys()) if (key.startsWith(prefix)) this.#running.delete(key);
  }
}
