import type { Clock } from '../clock.ts';
import { settledOrAborted } from '../signals.ts';
import { type HealthInput, type Judgement, judgeHealth } from './health.ts';

export type HealthWatch = {
  /** Something that health depends on has changed. */
  look(): void;
  stop(): Promise<void>;
};

export type HealthWatchDeps = {
  clock: Clock;
  since: number;
  /** What is to be judged now. */
  observe: () => Omit<HealthInput, 'since' | 'wellSince' | 'now'>;
  /** Called once, with the verdict. */
  verdict: (judgement: Exclude<Judgement, { kind: 'open' }>) => void;
};

/** Judges at each change and whenever time alone decides, until there is a verdict. */
export function watchHealth({ clock, since, observe, verdict }: HealthWatchDeps): HealthWatch {
  const stopped = new AbortController();
  let wake = new AbortController();
  async function watch(): Promise<void> {
    let wellSince: number | null = null;
    while (!stopped.signal.aborted) {
      wake = new AbortController();
      const now = clock.now();
      const judgement = judgeHealth({ ...observe(), since, wellSince, now });
      if (judgement.kind !== 'open') return verdict(judgement);
      wellSince = judgement.wellSince;
      const nap = new AbortController();
      const asleep = clock.sleep(Math.max(1, judgement.lookAgainAt - now), nap.signal);
      await settledOrAborted(asleep, wake.signal, stopped.signal);
      nap.abort();
    }
  }
  const done = watch();
  return {
    look: () => wake.abort(),
    stop() {
      stopped.abort();
      return done;
    },
  };
}
