import type { EvalRow } from '../state/rows.ts';
import { jobKey } from '../state/tables.ts';

/**
 * Pending evaluations in the order in which they are to be processed: by priority, then by age; never two of one job at a time, so that
 * a job's plans follow each other. One that waits for its time is not ready before it.
 */
export class EvalBroker {
  readonly #ready: EvalRow[] = [];
  readonly #delayed = new Map<string, NodeJS.Timeout>();
  /** Evaluations of jobs that are being processed, by job. */
  readonly #behind = new Map<string, EvalRow[]>();
  readonly #known = new Set<string>();
  readonly #now: () => number;
  readonly #onReady: () => void;

  constructor(options: { now: () => number; onReady: () => void }) {
    this.#now = options.now;
    this.#onReady = options.onReady;
  }

  get size(): number {
    return this.#known.size;
  }

  /** An evaluation that is held already is passed over. */
  enqueue(evaluation: EvalRow): void {
    if (this.#known.has(evaluation.ID)) return;
    this.#known.add(evaluation.ID);
    const waitMs = evaluation.WaitUntil ? Date.parse(evaluation.WaitUntil) - this.#now() : 0;
    if (waitMs > 0) this.#delay(evaluation, waitMs);
    else this.#insert(evaluation);
  }

  /** An evaluation that is no longer to be processed (cancelled, or its row gone). */
  drop(id: string): void {
    clearTimeout(this.#delayed.get(id));
    this.#delayed.delete(id);
    this.#known.delete(id);
  }

  /** The next one, which holds its job until `done`. */
  next(): EvalRow | undefined {
    for (;;) {
      const evaluation = this.#ready.shift();
      if (!evaluation) return undefined;
      if (!this.#known.has(evaluation.ID)) continue;
      const waiting = this.#behind.get(jobOf(evaluation));
      if (!waiting) {
        this.#behind.set(jobOf(evaluation), []);
        return evaluation;
      }
      waiting.push(evaluation);
    }
  }

  done(evaluation: EvalRow): void {
    this.#known.delete(evaluation.ID);
    const waiting = this.#behind.get(jobOf(evaluation)) ?? [];
    this.#behind.delete(jobOf(evaluation));
    for (const other of waiting) this.#insert(other);
  }

  /** Forgets everything but what is being processed. */
  stop(): void {
    for (const timer of this.#delayed.values()) clearTimeout(timer);
    this.#delayed.clear();
    this.#ready.length = 0;
    for (const waiting of this.#behind.values()) waiting.length = 0;
    this.#known.clear();
  }

  #delay(evaluation: EvalRow, waitMs: number): void {
    // A timer takes 2^31 - 1 ms at most; a longer wait is taken in steps.
    const step = Math.min(waitMs, 2 ** 31 - 1);
    const timer = setTimeout(() => {
      this.#delayed.delete(evaluation.ID);
      if (waitMs > step) this.#delay(evaluation, waitMs - step);
      else this.#insert(evaluation);
    }, step);
    this.#delayed.set(evaluation.ID, timer.unref());
  }

  /** Keeps the list in order by a search from its end, where nearly all belong. */
  #insert(evaluation: EvalRow): void {
    let at = this.#ready.length;
    while (at > 0 && isBefore(evaluation, this.#ready[at - 1] as EvalRow)) at -= 1;
    this.#ready.splice(at, 0, evaluation);
    this.#onReady();
  }
}

function isBefore(a: EvalRow, b: EvalRow): boolean {
  return a.Priority !== b.Priority ? a.Priority > b.Priority : a.CreateIndex < b.CreateIndex;
}

function jobOf(evaluation: EvalRow): string {
  return jobKey(evaluation.Namespace, evaluation.JobID);
}
