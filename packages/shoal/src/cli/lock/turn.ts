/** A number that grows with every change of who holds the lock, and never goes back. */
export type Held = { readonly fence: number };

/** How a program gets its turn: alone (lock.ts), or as one of several (semaphore.ts). */
export type Turn = {
  /** What is held, for people. */
  readonly name: string;
  /** Waits for it. Undefined when the signal fires first. */
  take(signal: AbortSignal): Promise<Held | undefined>;
  /** Resolves when it is no longer ours, or the signal fires. */
  lost(signal: AbortSignal): Promise<void>;
  /** Gives it back, and leaves no key behind that nobody needs. */
  give(): Promise<void>;
};

export const WAIT_MS = 15_000;
export const RETRY_MS = 1_000;

export function keyPath(key: string): string {
  return `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`;
}
