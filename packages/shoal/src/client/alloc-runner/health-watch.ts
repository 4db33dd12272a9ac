import type { Clock } from '../clock.ts';
import { settledOrAborted, WOKEN } from '../signals.ts';
import { type HealthInput, type Judgement, judgeHealth } from './health.ts';

export type HealthWatch = {
  /** Something that health depends on has changed. */
  look(): void;
  stop(): Promise<void>;
};

export type HealthWatchDeps = {
  clock: Clock;
  /** When the allocation began to be watched, perhaps by a former agent: Unix milliseconds. */
  since: number;
  /** What is to be judged now. */
  observe: () => Omit<HealthInput, 'since' | 'well' | 'now'>;
  /** Called once, with the verdict. */
  verdict: (judgement: Exclude<Judgement, { kind: 'open' }>) => void;
};

/** Judges at each change and whenever time alone decides, until there is a verdict. */
export function watchHealth({ clock, since, observe, verdict }: HealthWatchDeps): HealthWatch {
  const stopped = new AbortController();
  let wake = new AbortController();
  async function watch(): Promise<void> {
    let well: HealthInput['well'] = null;
    const begunAt = clock.monotonic() - Math.max(0, clock.now() - since);
    while (!stopped.signal.aborted) {
      wake = new AbortController();
      const now = clock.monotonic();
      const judgement = judgeHealth({ ...observe(), since: begunAt, well, now });
      if (judgement.kind !== 'open') return verdict(judgement);
      well = judgement.well;
      const nap = new AbortController();
      const asleep = clock.sleep(Math.max(1, judgement.lookAgainAt - now), nap.signal);
      await settledOrAborted(asleep, wake.signal, stopped.signal);
      nap.abort(WOKEN);
    }
  }
  const done = watch();
  return {
    look: () => wake.abort(WOKEN),
    stop() {
      stopped.abort(WOKEN);
      return done;
    },
  };
}
