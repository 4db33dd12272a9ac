import type { Job } from '@shoal/api';
import { parseCron } from '../cron.ts';
import { keepsTime } from '../state/job-kind.ts';
import type { JobRow } from '../state/rows.ts';
import { jobKey } from '../state/tables.ts';
import type { Children } from './children.ts';
import type { ServerDeps } from './deps.ts';

/** The wall clock is looked at again this often at least: it may be set while a timer runs. */
const LONGEST_SLEEP_MS = 30_000;
const RETRY_MS = 1_000;
const LAUNCH_TIME = /\/periodic-(\d+)$/;

/**
 * Launches periodic jobs at their times. The last launch is read off the newest child, so that nothing has to be kept: a time that went by
 * while no server ran is made up for, once, however many there were. With `prohibit_overlap` a time at which the launch before is still under way
 * is passed over.
 */
export class Periodic {
  readonly #deps: ServerDeps;
  readonly #children: Children;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Unix milliseconds up to which nothing is made up for. */
  readonly #passedOver = new Map<string, number>();
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
    const job = this.#deps.state.tables.jobs.get(key);
    const waiting = job && keepsTime(job) ? job : undefined;
    if (!waiting) this.#passedOver.delete(key);
    const next = waiting && nextLaunch(waiting, Math.max(this.#lastLaunch(waiting), this.#passedOver.get(key) ?? 0));
    this.#sleep(key, next === undefined ? undefined : next - this.#deps.now());
  }

  /** One timer for each job. */
  #sleep(key: string, waitMs: number | undefined): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (waitMs === undefined || !this.#unfollow) return;
    const timer = setTimeout(() => void this.#look(key), Math.max(0, Math.min(waitMs, LONGEST_SLEEP_MS)));
    this.#timers.set(key, timer.unref());
  }

  async #look(key: string): Promise<void> {
    const job = this.#deps.state.tables.jobs.get(key);
    const now = this.#deps.now();
    const next = job && nextLaunch(job, Math.max(this.#lastLaunch(job), this.#passedOver.get(key) ?? 0));
    if (!job || !keepsTime(job) || next === undefined || next > now) return this.#arm(key);
    // Of several times that went by, the present stands for all.
    const following = nextLaunch(job, next);
    const time = following !== undefined && following <= now ? now : next;
    if (!this.#mayLaunch(job)) this.#passedOver.set(key, time);
    else if (!(await this.#launch(job, time))) return this.#sleep(key, RETRY_MS);
    this.#arm(key);
  }

  async #launch(job: JobRow, time: number): Promise<boolean> {
    try {
      await this.#children.launch(job, Math.floor(time / 1000));
      return true;
    } catch (error) {
      if (this.#unfollow)
        this.#deps.log.error(
          { job: job.ID, error: String(error) },
          'server: a periodic job could not be launched; trying again',
        );
      return false;
    }
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

/** Registration refuses what is no cron expression and no time zone; a row that slipped through never launches. */
function nextTime(spec: string, timezone: string, after: number): number | undefined {
  const schedule = parseCron(spec);
  if ('error' in schedule) return undefined;
  try {
    return schedule.next(after, timezone);
  } catch {
    return undefined; // all that it throws is that there is no such time zone
  }
}
