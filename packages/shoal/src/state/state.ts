import type { Change, ChangeSet, CommitResult, Store, Txn } from '../store/contract.ts';
import { JobSummaries } from './job-summary.ts';
import { Read, statusTopic } from './read.ts';
import type { AllocRow, AllocStatusRow, EvalRow, JobRow } from './rows.ts';
import type { Applied, Stamped, Table } from './table.ts';
import { jobKey, makeTables, type TableName, type Tables } from './tables.ts';
import { type Interest, type Reading, Waiters } from './waiters.ts';

/** All of the cluster's state in memory, on every server alike, fed by the store's change feed and by nothing else. */
export type State = {
  readonly tables: Tables;
  readonly summaries: JobSummaries;
  /** The highest index that was applied. */
  index(): number;
  read(): Read;
  /** Resolves when the write is durable and readable here. */
  commit(txn: Txn): Promise<CommitResult>;
  readonly limits: Store['limits'];
  /** Called after each change set was applied, in order. Values are the rows as the tables hold them, stamped with their indexes. */
  follow(listener: (set: ChangeSet) => void): () => void;
  /**
   * Every row of this moment as the feed would bring it, to fill a follower that starts now: nothing is missed between it and `follow`. It may be
   * read slowly: later changes are not in it.
   */
  snapshot(): Iterable<Change>;
  /** True when something of the interest changed; false at the time-out or when the signal fires. */
  wait(interest: Interest, timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
  /**
   * Calls `changed` at the first change of something that was read, before that change's commit is answered. The result takes it back. Undefined when
   * the state changed since the reading.
   */
  untilChanged(reading: Reading, changed: () => void): (() => void) | undefined;
  /** 0 when nobody waits. */
  waiting(): number;
  close(): Promise<void>;
};

type AnyTable = Table<Stamped, string>;

export type StateOptions = {
  /**
   * Told of a defect: a follower that threw, or a row that could not be taken in. The commit that brought it is answered all the same, and all
   * other followers are called. Without it the error is thrown where nobody catches it, as any defect.
   */
  readonly onDefect?: (error: unknown) => void;
};

/** Loads the store and follows it from then on. */
export async function openState(store: Store, options: StateOptions = {}): Promise<State> {
  const state = new FedState(store, options);
  await state.load();
  return state;
}

class FedState implements State {
  readonly tables = makeTables();
  readonly summaries = new JobSummaries(this.tables);
  readonly limits: Store['limits'];
  readonly #store: Store;
  readonly #byName = new Map(Object.entries(this.tables)) as unknown as Map<string, AnyTable>;
  readonly #waiters = new Waiters();
  /** Apart from those: nobody hangs on them. */
  readonly #keepers = new Waiters();
  readonly #followers = new Set<(set: ChangeSet) => void>();
  readonly #onDefect: (error: unknown) => void;
  #index = 0;
  #end: () => void = () => {};

  constructor(store: Store, options: StateOptions) {
    this.#store = store;
    this.#onDefect = options.onDefect ?? throwUncaught;
    this.limits = store.limits;
  }

  async load(): Promise<void> {
    const index = this.#store.index();
    for (const table of this.#byName.values()) table.settle(index);
    for await (const batch of this.#store.load()) for (const change of batch) this.#applyChange(change);
    this.summaries.settle();
    this.#index = index;
    const end = this.#store.follow(index, (set) => this.#apply(set));
    if (end === 'compacted') throw new Error('the store wrote before its rows were loaded');
    this.#end = end;
  }

  index(): number {
    return this.#index;
  }

  read(): Read {
    return new Read(this);
  }

  commit(txn: Txn): Promise<CommitResult> {
    return this.#store.commit(txn);
  }

  follow(listener: (set: ChangeSet) => void): () => void {
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }

  snapshot(): Iterable<Change> {
    return changesOf([...this.#byName].map(([name, table]) => ({ name, ...table.copy() })));
  }

  wait(interest: Interest, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    return this.#waiters.wait(interest, timeoutMs, signal);
  }

  untilChanged(reading: Reading, changed: () => void): (() => void) | undefined {
    return reading.at === this.#index ? this.#keepers.once(reading, changed) : undefined;
  }

  waiting(): number {
    return this.#waiters.size;
  }

  async close(): Promise<void> {
    this.#end();
    await this.#store.close();
  }

  /** Waiters are woken after the whole set is in: nobody may see half a transaction. */
  #apply(set: ChangeSet): void {
    const topics = new Set<string>();
    const gone = new Map<Change, Stamped | undefined>();
    for (const change of set.changes)
      this.#guarded(() => {
        if (!change.value) gone.set(change, this.#byName.get(change.table)?.get(change.key));
        for (const topic of this.#applyChange(change)) topics.add(topic);
      });
    this.#index = set.index;
    const stamped = { index: set.index, changes: set.changes.map((change) => this.#stamped(change, gone.get(change))) };
    for (const follower of this.#followers) this.#guarded(() => follower(stamped));
    for (const waiters of [this.#keepers, this.#waiters]) {
      for (const topic of topics) waiters.wakeTopic(topic);
      for (const change of set.changes) waiters.wakeKey(change.table, change.key);
    }
  }

  /** The feed goes on, whatever one of its readers does: a commit that is durable has to be answered. */
  #guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#onDefect(error);
    }
  }

  #stamped(change: Change, gone: Stamped | undefined): Change {
    return { ...change, value: this.#byName.get(change.table)?.get(change.key), ...(gone && { gone }) };
  }

  /** The topics that the change touches. */
  #applyChange(change: Change): string[] {
    const table = this.#byName.get(change.table);
    // A table of a newer version: kept in the store, invisible here.
    if (!table) return [];
    const applied = table.apply(change);
    const topics = [...table.topics(applied)];
    const job = this.#derive(change.table as TableName, applied);
    if (job !== undefined) topics.push(statusTopic(job));
    return topics;
  }

  /** Keeps the summaries; answers with the job whose allocation's client reported. */
  #derive(table: TableName, applied: Applied<Stamped>): string | undefined {
    if (table === 'allocs') this.summaries.allocChanged(applied as Applied<AllocRow>);
    else if (table === 'evals') this.summaries.evalChanged(applied as unknown as Applied<EvalRow>);
    else if (table === 'jobs') this.summaries.jobChanged(applied as unknown as Applied<JobRow>);
    else if (table === 'allocStatus') {
      this.summaries.statusChanged(applied as Applied<AllocStatusRow>);
      const alloc = this.tables.allocs.get(applied.key);
      return alloc && jobKey(alloc.Namespace, alloc.JobID);
    }
    return undefined;
  }
}

type TableCopy = { readonly name: string; readonly keys: readonly string[]; readonly rows: readonly Stamped[] };

function* changesOf(tables: readonly TableCopy[]): Iterable<Change> {
  for (const { name, keys, rows } of tables)
    for (const [at, value] of rows.entries())
      yield {
        table: name,
        key: keys[at] as string,
        value,
        createIndex: value.CreateIndex,
        modifyIndex: value.ModifyIndex,
      };
}

function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
