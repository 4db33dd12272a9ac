import type { JobStatus } from '@shoal/api';
import { type JobSummary, jobStatus } from './job-summary.ts';
import type { JobRow } from './rows.ts';
import type { State } from './state.ts';
import { keyTopic, type Stamped, type Table, valueTopic } from './table.ts';
import { jobKey } from './tables.ts';
import type { Interest } from './waiters.ts';

/**
 * One reading of the state. It remembers what was read: `index` is the highest revision that touched any of it (the X-Nomad-Index and
 * X-Consul-Index of the answer), and `interest` is what a blocking query then waits for.
 */
export class Read implements Interest {
  readonly state: State;
  readonly topics = new Set<string>();
  readonly prefixes: [string, string][] = [];
  /** The state's index at its beginning. */
  readonly at: number;
  #index = 0;

  constructor(state: State) {
    this.state = state;
    this.at = state.index();
  }

  /** Never 0: clients take 0 for "do not block". */
  get index(): number {
    return Math.max(this.#index, 1);
  }

  /** One row; counts when it is absent, too. */
  get<R extends Stamped, I extends string>(table: Table<R, I>, key: string): R | undefined {
    this.#saw(table.indexOfKey(key), keyTopic(table.schema.name, key));
    return table.get(key);
  }

  /** Rows of one value of a secondary index. */
  by<R extends Stamped, I extends string>(table: Table<R, I>, index: I, value: string): R[] {
    this.#saw(table.indexOfValue(index, value), valueTopic(table.schema.name, index, value));
    return [...table.by(index, value)];
  }

  /** A list of the whole table: its index is the table's, as in the peers' lists. */
  all<R extends Stamped, I extends string>(table: Table<R, I>): R[] {
    this.#saw(table.index, table.schema.name);
    return [...table.scan()];
  }

  /** A reading of the whole table by other means: its index counts, and any change of it wakes. */
  follow<R extends Stamped, I extends string>(table: Table<R, I>): void {
    this.#saw(table.index, table.schema.name);
  }

  /** Rows whose key begins with `prefix`; index and wake-up as for the whole table (Nomad's lists with `?prefix=`). */
  list<R extends Stamped, I extends string>(table: Table<R, I>, prefix: string): R[] {
    this.#saw(table.index, table.schema.name);
    return [...table.scan(prefix)];
  }

  /** Rows whose key begins with `prefix`, with the index of just these and of deletions among them (Consul's KV). */
  prefix<R extends Stamped, I extends string>(table: Table<R, I>, prefix: string): R[] {
    this.#index = Math.max(this.#index, table.indexOfPrefix(prefix));
    this.prefixes.push([table.schema.name, prefix]);
    return [...table.scan(prefix)];
  }

  /** A job's status. Its index grows when the status becomes another, not with each report on an allocation. */
  jobStatus(job: JobRow): { status: JobStatus; index: number } {
    const summary = this.state.summaries.get(job.Namespace, job.ID);
    const key = jobKey(job.Namespace, job.ID);
    this.#saw(summary?.statusIndex ?? 0, statusTopic(key));
    this.topics.add(valueTopic('allocs', 'job', key)).add(valueTopic('evals', 'job', key));
    return { status: jobStatus(job, summary), index: summary?.statusIndex ?? 0 };
  }

  /** The statuses of all jobs, for a list of them. */
  allJobStatuses(): void {
    this.#saw(this.state.summaries.statusIndex, 'allocStatus');
    this.topics.add('allocs').add('evals');
  }

  /** What is derived of a job, and everything it is derived of. */
  summary(namespace: string, id: string): JobSummary | undefined {
    const { allocs, evals } = this.state.tables;
    const key = jobKey(namespace, id);
    const summary = this.state.summaries.get(namespace, id);
    this.#saw(Math.max(allocs.indexOfValue('job', key), summary?.index ?? 0), valueTopic('allocs', 'job', key));
    this.#saw(evals.indexOfValue('job', key), valueTopic('evals', 'job', key));
    this.topics.add(statusTopic(key));
    return summary;
  }

  /** An index that was found in another way, such as one that a row names. */
  sawIndex(index: number): void {
    this.#index = Math.max(this.#index, index);
  }

  #saw(index: number, topic: string): void {
    this.#index = Math.max(this.#index, index);
    this.topics.add(topic);
  }
}

/** Woken when a client reports on one of the job's allocations; `allocStatus` rows know only their allocation. */
export function statusTopic(job: string): string {
  return `allocStatus\u0000job\u0000${job}`;
}
