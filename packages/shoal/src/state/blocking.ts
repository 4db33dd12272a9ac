import type { Read } from './read.ts';
import type { State } from './state.ts';

/** Both peers: 5 minutes unless asked otherwise, 10 minutes at most, and up to a sixteenth on top so that waiters do not return together. */
export const DEFAULT_WAIT_MS = 5 * 60_000;
export const MAX_WAIT_MS = 10 * 60_000;
const JITTER_FRACTION = 16;

export type BlockingOptions = {
  /** Answer only when the index of what is read is above this; 0: at once. */
  index: number;
  waitMs: number;
  signal?: AbortSignal;
  /** 0 ≤ n < 1 */
  random: () => number;
  now: () => number;
};

/**
 * Runs the query, again after each change of what it read, until its index is above the given one or the time is over. The last result is the answer.
 * What was found in vain is not held while it waits: of thousands that wait, each would hold a composed answer.
 */
export async function blockingQuery<T>(
  state: State,
  options: BlockingOptions,
  query: (read: Read) => T,
): Promise<{ result: T; read: Read }> {
  const waitMs = Math.min(options.waitMs > 0 ? options.waitMs : DEFAULT_WAIT_MS, MAX_WAIT_MS);
  const deadline = options.now() + waitMs + (waitMs / JITTER_FRACTION) * options.random();
  for (let isOver = false; ; ) {
    const found = look(isOver);
    if ('result' in found) return found;
    const left = deadline - options.now();
    isOver = left <= 0 || !(await state.wait(found, left, options.signal));
  }

  /** The answer, or what to wait for. */
  function look(isOver: boolean): { result: T; read: Read } | Read {
    const read = state.read();
    const result = query(read);
    // An index that is ahead of ours comes from another life of the server: answer at once, so that the client starts over.
    const isDue = options.index === 0 || read.index > options.index || state.index() < options.index;
    return isDue || isOver ? { result, read } : read;
  }
}
