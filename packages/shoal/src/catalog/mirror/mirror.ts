import type { Change, ChangeSet, CommitResult, Op, Store, StoreLimits } from '../../store/contract.ts';
import { MirrorReadOnlyError } from '../errors.ts';
import type { FeedLine, FeedRow } from './feed-line.ts';

/** What a mirror is made of, to be kept over a restart. */
export type MirrorImage = {
  /** How far the servers were. */
  readonly index: number;
  readonly ahead: number;
  readonly rows: readonly FeedRow[];
};

const NO_COMMITS: StoreLimits = { opsPerTxn: 20_000, bytesPerTxn: 64 * 1024 * 1024, keyBytes: 1_900 };
/** The index of rows that this agent has written for itself while no server answered: the servers' word replaces it, whatever it is. */
const OWN = -1;

/**
 * The catalog as an agent without the server role holds it: a store that is written by the servers' feed. While no server answers, the agent's own
 * services and checks are written here alone (`writeOwn`).
 *
 * Indexes are the servers', plus one for each write of this agent's own (`ahead`), so that they never go back and each change wakes its readers.
 */
export class CatalogMirror implements Store {
  readonly limits = NO_COMMITS;
  readonly #rows = new Map<string, FeedRow>();
  readonly #followers = new Set<(set: ChangeSet) => void>();
  readonly #waiting = new Set<{ index: number; resolve: () => void }>();
  /** Rows of a whole that is on its way. */
  #arriving = new Map<string, FeedRow>();
  #served = 0;
  #ahead = 0;

  constructor(image?: MirrorImage) {
    if (!image) return;
    this.#served = image.index;
    this.#ahead = image.ahead;
    for (const row of image.rows) this.#rows.set(idOf(row), row);
  }

  /** Up to where the servers' changes are here; undefined before the first. */
  get servedIndex(): number | undefined {
    return this.#served === 0 ? undefined : this.#served;
  }

  index(): number {
    return this.#served + this.#ahead;
  }

  async *load(): AsyncIterable<Change[]> {
    yield [...this.#rows.values()].map((row) => this.#change(row));
  }

  commit(): Promise<CommitResult> {
    return Promise.reject(new MirrorReadOnlyError());
  }

  follow(_from: number, listener: (set: ChangeSet) => void): () => void {
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }

  async close(): Promise<void> {
    this.#followers.clear();
  }

  image(): MirrorImage {
    return { index: this.#served, ahead: this.#ahead, rows: [...this.#rows.values()] };
  }

  /** One line of the feed. */
  take(line: FeedLine): void {
    if ('rows' in line) for (const row of line.rows) this.#arriving.set(idOf(row), row);
    else if ('whole' in line) this.#replace(line.whole);
    else if ('changes' in line) this.#advance(line.index, line.changes);
    else this.#advance(line.index, []);
  }

  /** A feed begins: what an earlier one did not finish is void. */
  begin(): void {
    this.#arriving = new Map();
  }

  /** Rows of this agent that no server can take now. */
  writeOwn(ops: readonly Op[]): void {
    if (ops.length === 0) return;
    this.#ahead += 1;
    const index = this.index();
    const changes = ops.map((op): Change => {
      const id = `${op.table}\u0000${op.key}`;
      const createIndex = this.#rows.get(id)?.[3] ?? index;
      if (op.kind === 'delete') this.#rows.delete(id);
      else this.#rows.set(id, [op.table, op.key, op.value, createIndex, OWN]);
      const value = op.kind === 'put' ? op.value : undefined;
      return { table: op.table, key: op.key, value, createIndex, modifyIndex: index };
    });
    this.#publish({ index, changes });
  }

  /** Resolves when the servers' changes up to that index are here, or after `withinMs`. */
  reached(index: number, withinMs: number): Promise<void> {
    if (this.#served >= index) return Promise.resolve();
    return new Promise((resolve) => {
      const waiter = { index, resolve: () => end() };
      const timer = setTimeout(() => end(), withinMs);
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        resolve();
      };
      this.#waiting.add(waiter);
    });
  }

  /** What is there already as it should be does not change: nobody is woken for a reconnection. */
  #replace(index: number): void {
    const arrived = this.#arriving;
    this.begin();
    const gone = [...this.#rows].filter(([id]) => !arrived.has(id));
    const changed = [...arrived].filter(([id, row]) => this.#rows.get(id)?.[4] !== row[4]);
    const removals = gone.map(([, [table, key]]): FeedRow => [table, key, null, index, index]);
    this.#advance(index, [...removals, ...changed.map(([, row]) => row)]);
  }

  #advance(index: number, rows: readonly FeedRow[]): void {
    // A server that was set back to an earlier state: indexes here go on all the same.
    if (index < this.#served) this.#ahead += this.#served - index + 1;
    const isNews = rows.length > 0 || index !== this.#served;
    this.#served = index;
    for (const row of rows) {
      if (row[2] === null) this.#rows.delete(idOf(row));
      else this.#rows.set(idOf(row), row);
    }
    if (isNews) this.#publish({ index: this.index(), changes: rows.map((row) => this.#change(row)) });
    for (const waiter of [...this.#waiting]) if (waiter.index <= index) waiter.resolve();
  }

  #publish(set: ChangeSet): void {
    for (const follower of this.#followers) follower(set);
  }

  #change([table, key, value, createIndex, modifyIndex]: FeedRow): Change {
    const modified = modifyIndex === OWN ? this.index() : modifyIndex + this.#ahead;
    return { table, key, value: value ?? undefined, createIndex: createIndex + this.#ahead, modifyIndex: modified };
  }
}

function idOf([table, key]: FeedRow): string {
  return `${table}\u0000${key}`;
}
