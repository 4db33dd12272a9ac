import type { WatchChange } from './follow.ts';
import type { HandlerResult } from './handler.ts';

/**
 * Runs one watch's handler: never twice at once, and never without the last change. What comes while it runs is kept, the newest in the place of the
 * older; of events, which are all different, all are kept.
 */
export type Runner = {
  take(change: WatchChange): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
};

export type RunnerDeps = {
  readonly run: (change: WatchChange) => Promise<HandlerResult>;
  readonly merge?: (waiting: WatchChange, newer: WatchChange) => WatchChange;
  readonly onResult: (result: HandlerResult) => void;
};

export function createRunner({ run, merge = newest, onResult }: RunnerDeps): Runner {
  let waiting: WatchChange | undefined;
  let running: Promise<void> | undefined;
  return {
    take(change) {
      waiting = waiting === undefined ? change : merge(waiting, change);
      running ??= work();
    },
    idle: () => running ?? Promise.resolve(),
  };

  async function work(): Promise<void> {
    while (waiting !== undefined) {
      const change = waiting;
      waiting = undefined;
      onResult(await run(change));
    }
    running = undefined;
  }
}

function newest(_: WatchChange, newer: WatchChange): WatchChange {
  return newer;
}

export function allEvents(waiting: WatchChange, newer: WatchChange): WatchChange {
  const events = [waiting.payload, newer.payload].flatMap((payload) =>
    Array.isArray(payload) ? (payload as unknown[]) : [],
  );
  return { payload: events, index: newer.index };
}
