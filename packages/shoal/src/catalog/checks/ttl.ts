/** The longest wait of one timer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `expired` once when nobody called `renew` for so long. */
export class Ttl {
  readonly #ttlMs: number;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(ttlMs: number, expired: () => void) {
    this.#ttlMs = ttlMs;
    this.#expired = expired;
    this.renew();
  }

  renew(): void {
    this.stop();
    this.#wait(this.#ttlMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(leftMs: number): void {
    const step = Math.min(leftMs, MAX_TIMER_MS);
    this.#timer = setTimeout(() => (leftMs > step ? this.#wait(leftMs - step) : this.#expired()), step);
    this.#timer.unref();
  }
}
