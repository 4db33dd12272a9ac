import type { Job } from '@shoal/api';
import { Cron } from 'croner';
import type { JobRow } from '../state/rows.ts';
import { jobKey } from '../state/tables.ts';
import type { Children } from './children.ts';
import type { ServerDeps } from './deps.ts';

/** The wall clock is looked at again this often at least: it may be set while a timer runs. */
const LONGEST_SLEEP_MS = 30_000;
const LAUNCH_TIME = /\/periodic-(\d+)$/;

/**
 * Launches periodic jobs at their times. The last launch is read off the newest child, so that nothing has to be kept: a time that went by
 * while no server ran is made up for, once.
 */
export class Periodic {
  readonly #deps: ServerDeps;
  readonly #children: Children;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #unfollow: (() => void) | undefined;

  constructor(deps: ServerDeps, children: Children) {
    this.#deps = deps;
    this.#children = children;
  }

  start(): void {
    const { state } = this.#deps;
    this.#unfollow ??= state.follow(({ changes }) => {
      for (const { table, key } of changes) if (table === 'jobs') this.#arm(key);
    });
    for (const job of state.tables.jobs.values()) this.#arm(jobKey(job.Namespace, job.ID));
  }

  stop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #arm(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const job = this.#deps.state.tables.jobs.get(key);
    if (!this.#unfollow || !job?.Periodic?.Enabled || job.Stop) return;
    const next = nextLaunch(job, this.#lastLaunch(job));
    if (next === undefined) return;
    const waitMs = Math.max(0, Math.min(next - this.#deps.now(), LONGEST_SLEEP_MS));
    this.#timers.set(key, setTimeout(() => void this.#due(key, next), waitMs).unref());
  }

  async #due(key: string, next: number): Promise<void> {
    const job = this.#deps.state.tables.jobs.get(key);
    if (job && this.#deps.now() >= next) {
      const launch = this.#mayLaunch(job) ? this.#children.launch(job, Math.floor(next / 1000)) : undefined;
      await launch?.catch((error: unknown) =>
        this.#deps.log.error({ job: job.ID, error: String(error) }, 'server: a periodic job could not be launched'),
      );
      if (!launch) return this.#skip(key);
    }
    this.#arm(key);
  }

  /** `prohibit_overlap`: the launch before is still under way. Asked again a little later, and made up for then. */
  #skip(key: string): void {
    this.#timers.set(key, setTimeout(() => this.#arm(key), 1_000).unref());
  }

  #mayLaunch(job: JobRow): boolean {
    if (!job.Periodic?.ProhibitOverlap) return true;
    const { state } = this.#deps;
    return [...state.tables.jobs.by('parent', jobKey(job.Namespace, job.ID))].every(
      (child) => state.summaries.get(child.Namespace, child.ID)?.status === 'dead',
    );
  }

  /** Unix milliseconds. */
  #lastLaunch(job: JobRow): number {
    let last = (job.SubmitTime ?? 0) / 1e6;
    for (const child of this.#deps.state.tables.jobs.by('parent', jobKey(job.Namespace, job.ID)))
      last = Math.max(last, Number(LAUNCH_TIME.exec(child.ID)?.[1] ?? 0) * 1000);
    return last;
  }
}

/** The first time of the job's clock after `after`, both in Unix milliseconds; undefined if there is none. */
export function nextLaunch(job: Pick<Job, 'Periodic'>, after: number): number | undefined {
  const periodic = job.Periodic;
  if (!periodic) return undefined;
  const specs = periodic.Specs?.length ? periodic.Specs : [periodic.Spec];
  const times = specs.flatMap((spec) => nextTime(spec, periodic.TimeZone || 'UTC', after) ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** Registration refuses what is no cron expression; a row that slipped through never launches. */
function nextTime(spec: string, timezone: string, after: number): number | undefined {
  try {
    return new Cron(spec, { timezone, paused: true }).nextRun(new Date(after))?.getTime();
  } catch {
    return undefined;
  }
}
