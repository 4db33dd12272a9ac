/**
 * Ends things that are not renewed in time. Times are those of a clock that only runs forward. A process that was stopped or held up does not take
 * its own sleep for its clients': whoever is late itself gives the same time on top.
 */
export type Expiry = {
  /** Counts from now, anew if it counted already. */
  set(id: string, afterMs: number): void;
  clear(id: string): void;
  /** Whether the time still runs. */
  has(id: string): boolean;
  clearAll(): void;
};

/** A timer may be this late before the delay is taken to be our own fault. */
const TOLERATED_MS = 500;

/** `now`: milliseconds that only grow. */
export function createExpiry(now: () => number, expire: (id: string) => void): Expiry {
  const running = new Map<string, { timer: NodeJS.Timeout; due: number }>();
  return {
    set(id, afterMs) {
      clearTimeout(running.get(id)?.timer);
      start(id, afterMs);
    },
    clear(id) {
      clearTimeout(running.get(id)?.timer);
      running.delete(id);
    },
    has: (id) => running.has(id),
    clearAll() {
      for (const { timer } of running.values()) clearTimeout(timer);
      running.clear();
    },
  };

  function start(id: string, afterMs: number): void {
    const timer = setTimeout(() => end(id), afterMs);
    timer.unref();
    running.set(id, { timer, due: now() + afterMs });
  }

  function end(id: string): void {
    const lateMs = now() - (running.get(id)?.due ?? 0);
    if (lateMs > TOLERATED_MS) {
      start(id, lateMs);
      return;
    }
    running.delete(id);
    expire(id);
  }
}
