/**
 * A blocking query, the same in Nomad's and Consul's API: with `index`, the answer comes when something newer than it was read, or when `waitMs` is over.
 * Without `index` it comes at once.
 */
export type BlockingOptions = { readonly index?: number; readonly waitMs?: number; readonly signal?: AbortSignal };

/** What was read, and the index to go on from. The index is at least 1, so that it can always be waited with. */
export type Answer<T> = { readonly value: T; readonly index: number };

/** Room on top of the wait: the server adds up to a sixteenth of it, and the answer has to travel. */
const ANSWER_SLACK_MS = 10_000;
/** What servers wait when the query does not say. */
const DEFAULT_WAIT_MS = 300_000;

export function blockingQuery({ index, waitMs }: BlockingOptions): Record<string, string> {
  if (index === undefined) return {};
  return { index: String(index), ...(waitMs !== undefined && { wait: `${Math.ceil(waitMs)}ms` }) };
}

/** An answer that is overdue will not come: the connection is dead, even if nobody said so. */
export function deadline({ index, waitMs = DEFAULT_WAIT_MS, signal }: BlockingOptions): AbortSignal {
  const waited = index === undefined ? 0 : waitMs + waitMs / 16;
  const timeout = AbortSignal.timeout(Math.ceil(waited + ANSWER_SLACK_MS));
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

export function readIndex(header: string | null): number {
  const index = Number(header);
  return Number.isSafeInteger(index) && index > 0 ? index : 1;
}
