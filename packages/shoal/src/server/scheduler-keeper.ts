import { setTimeout as delay } from 'node:timers/promises';
import type { SchedulerWorker, StartScheduler } from '../scheduler/worker-contract.ts';
import type { ChangeSet } from '../store/contract.ts';
import type { ServerDeps } from './deps.ts';
import { changesSchedulerConfig, schedulerConfig } from './scheduler-config.ts';

const RETRY_MS = 1_000;

export type SchedulerKeeperOptions = Pick<ServerDeps, 'state' | 'log'> & {
  readonly startScheduler: StartScheduler;
  /** The bundled scheduler worker. */
  readonly schedulerEntry: URL | string;
};

/**
 * Keeps one scheduler running. It holds nothing that the tables do not have, but for plans on their way; so one that died is replaced by another,
 * filled from the tables once those plans are committed or refused.
 */
export class SchedulerKeeper {
  readonly #options: SchedulerKeeperOptions;
  readonly #underWay = new Set<Promise<unknown>>();
  #current: Promise<SchedulerWorker> | undefined;
  #unfollow: () => void = () => {};
  #stopped = false;

  constructor(options: SchedulerKeeperOptions) {
    this.#options = options;
  }

  /** Resolves with the scheduler that runs, or with the next one when it does. Rejects if the first one does not start. */
  current(): Promise<SchedulerWorker> {
    this.#current ??= this.#start();
    return this.#current;
  }

  /** A plan's commit: the next scheduler is not filled before it is over. */
  committing<T>(commit: Promise<T>): Promise<T> {
    const over = commit.then(nothing, nothing);
    this.#underWay.add(over);
    void over.then(() => this.#underWay.delete(over));
    return commit;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unfollow();
    const last = await this.#current?.catch(nothing);
    await last?.stop();
  }

  async #start(): Promise<SchedulerWorker> {
    const { state, startScheduler, schedulerEntry } = this.#options;
    await Promise.all(this.#underWay);
    const early: ChangeSet[] = [];
    let started: SchedulerWorker | undefined;
    this.#unfollow = state.follow((set) => (started ? this.#feed(started, set) : early.push(set)));
    const snapshot = { index: state.index(), changes: state.snapshot() };
    try {
      started = await startScheduler({ entry: schedulerEntry, snapshot, config: schedulerConfig(state.tables) });
    } catch (error) {
      this.#unfollow();
      throw error;
    }
    for (const set of early) this.#feed(started, set);
    void started.ended.then((reason) => this.#ended(reason));
    return started;
  }

  #feed(scheduler: SchedulerWorker, set: ChangeSet): void {
    scheduler.feed(set);
    if (changesSchedulerConfig(set)) scheduler.configure(schedulerConfig(this.#options.state.tables));
  }

  #ended(reason: Error | undefined): void {
    this.#unfollow();
    if (this.#stopped) return;
    this.#options.log.error({ error: String(reason) }, 'server: the scheduler ended; starting another');
    this.#current = this.#startAgain();
  }

  async #startAgain(): Promise<SchedulerWorker> {
    for (;;) {
      try {
        return await this.#start();
      } catch (error) {
        if (this.#stopped) throw error;
        this.#options.log.error({ error: String(error) }, 'server: the scheduler did not start; trying again');
        await delay(RETRY_MS);
      }
    }
  }
}

function nothing(): undefined {
  return undefined;
}
