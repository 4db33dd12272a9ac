import type { Answer, BlockingOptions } from '@shoal/api';

/** Nobody waits longer for one answer; then it is asked again. */
const WAIT_MS = 60_000;

/** What a read answers now, and again whenever it has changed, by blocking queries; until the signal aborts. */
export async function* watch<T>(
  read: (blocking: BlockingOptions) => Promise<Answer<T>>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  let index: number | undefined;
  while (!signal.aborted) {
    const known: number | undefined = index;
    const answer = await read({ ...(known !== undefined && { index: known, waitMs: WAIT_MS }), signal }).catch(
      (error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      },
    );
    if (answer === undefined) return;
    if (answer.index === known) continue;
    // An index that goes back belongs to another history (a restored snapshot): begin again.
    index = known !== undefined && answer.index < known ? undefined : answer.index;
    yield answer.value;
  }
}

/** Beside a watch of the same agent: what goes wrong here goes wrong there as well, and is told there. */
export async function follow<T>(values: AsyncIterable<T>, tell: (value: T) => void): Promise<void> {
  try {
    for await (const now of values) tell(now);
  } catch {}
}
