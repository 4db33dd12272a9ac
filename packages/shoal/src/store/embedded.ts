import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { commitFailure } from '../lmdb/failure.ts';
import { type FileStats, lmdbRoom, makeRoomToOpen, type Room } from '../lmdb/room.ts';
import { nextTurn } from '../turns.ts';
import type { Change, ChangeSet, CommitResult, Op, Store, StoreLimits, Txn } from './contract.ts';
import { StoreClosedError, StoreFormatError, StoreLimitError, StoreWriteError } from './errors.ts';
import { FeedHistory } from './feed-history.ts';
import { changeOf, checkKeys, decodeRow, needOf, type RowKey, type Write } from './file-rows.ts';
import { FORMER_FORMAT, rewriteFormerRows } from './former-format.ts';
import { type Before, type Indexes, RowIndexes } from './row-indexes.ts';

/**
 * The store of a single server: one LMDB file. Commits that arrive while a write is on its way to the disk form the next group, so that many
 * writers share one flush. A row is kept as JSON text `[modifyIndex, value]` under `[createIndex, table, key]`: what is written together lies together,
 * and new rows go to the end of the tree. Under their own keys (most are UUIDs) each would touch a page of its own, and more the bigger the file.
 */
const FORMAT = 2;
const META = '\u0001meta';
const LIMITS: StoreLimits = { opsPerTxn: 20_000, bytesPerTxn: 64 * 1024 * 1024, keyBytes: 1900 };
const LOAD_BATCH = 2_000;
/** Followers take in so many changes in one turn of the event loop; a set is not divided. */
const CHANGES_PER_TURN = 200;

type Meta = { format: number; index: number };
type Pending = {
  set: ChangeSet;
  writes: Write[];
  /** The indexes that its rows had. */
  before: Before[];
  resolve: (result: CommitResult) => void;
  reject: (error: Error) => void;
};

export type EmbeddedStoreOptions = {
  /** Folder of the database files; made if missing. */
  path: string;
  /** Change sets that are held for followers who come later. */
  history?: number;
  /** Size in bytes to which the file may grow. */
  mapSize?: number;
};

export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const store = opened(options);
  await store.initialize();
  return store;
}

function opened(options: EmbeddedStoreOptions): EmbeddedStore {
  try {
    mkdirSync(options.path, { recursive: true });
    makeRoomToOpen({ data: join(options.path, 'data.mdb'), lock: join(options.path, 'lock.mdb') });
    return new EmbeddedStore(options);
  } catch (error) {
    throw new StoreWriteError(options.path, error);
  }
}

class EmbeddedStore implements Store {
  readonly limits = LIMITS;
  readonly #db;
  readonly #room: Room;
  readonly #path: string;
  readonly #history: FeedHistory;
  readonly #indexes = new RowIndexes();
  /** The rows' indexes are known. */
  #loaded = false;
  #durable = 0;
  #next = 1;
  #staged: Pending[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(options: EmbeddedStoreOptions) {
    this.#path = options.path;
    this.#history = new FeedHistory(options.history ?? 10_000);
    this.#db = open<string, string | RowKey>({
      path: options.path,
      noSubdir: false,
      encoding: 'string',
      mapSize: options.mapSize ?? 64 * 1024 ** 3,
      compression: false,
      // Each group is one batch; lmdb's own batches by turns of the event loop have promises that nobody can await.
      eventTurnBatching: false,
    });
    this.#room = lmdbRoom(join(options.path, 'data.mdb'), () => this.#db.getStats() as FileStats);
  }

  async initialize(): Promise<void> {
    const text = this.#db.get(META);
    if (text === undefined) {
      const failure = await this.#write([], 0);
      if (failure) throw failure;
      this.#loaded = true;
      return;
    }
    const meta = JSON.parse(text) as Meta;
    if (meta.format === FORMER_FORMAT) {
      await this.#rewrite(meta);
    } else if (meta.format !== FORMAT) {
      await this.#db.close();
      throw new StoreFormatError(this.#path, meta.format, FORMAT);
    }
    this.#durable = meta.index;
    this.#next = meta.index + 1;
    this.#history.startAt(meta.index);
  }

  index(): number {
    return this.#durable;
  }

  async *load(): AsyncIterable<Change[]> {
    let batch: Change[] = [];
    for (const { key, value } of this.#db.getRange({})) {
      if (typeof key === 'string') continue;
      const change = decodeRow(key, value);
      if (!this.#loaded) this.#indexes.load(change);
      batch.push(change);
      if (batch.length < LOAD_BATCH) continue;
      yield batch;
      batch = [];
    }
    this.#loaded = true;
    yield batch;
  }

  commit(txn: Txn): Promise<CommitResult> {
    if (this.#closed) return Promise.reject(new StoreClosedError());
    if (!this.#loaded) return Promise.reject(new Error('the store is written to before its rows were loaded'));
    const conflict = this.#indexes.conflict(txn.require ?? []);
    if (conflict) return Promise.resolve({ ok: false, ...conflict });
    if (txn.ops.length === 0) return Promise.resolve({ ok: true, index: this.#durable });
    try {
      return this.#stage(txn);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  follow(from: number, listener: (set: ChangeSet) => void): (() => void) | 'compacted' {
    return this.#history.follow(from, listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#writing !== undefined) await this.#writing;
    await this.#db.close();
  }

  #stage({ ops }: Txn): Promise<CommitResult> {
    const index = this.#next;
    const created: Indexes = { createIndex: index, modifyIndex: index };
    const indexes = ops.map((op) => this.#indexesAfter(op, created));
    const writes = this.#encode(ops, indexes, index);
    this.#next += 1;
    const changes = ops.map((op, at) => changeOf(op, indexes[at] ?? created));
    const before = ops.map(({ table, key }, at) => this.#indexes.set(table, key, indexes[at]));
    return new Promise((resolve, reject) => {
      this.#staged.push({ set: { index, changes }, writes, before, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  /** Undefined for a deletion. `created`: of a row that this transaction creates. */
  #indexesAfter({ kind, table, key }: Op, created: Indexes): Indexes | undefined {
    if (kind === 'delete') return undefined;
    const known = this.#indexes.get(table, key);
    return known ? { createIndex: known.createIndex, modifyIndex: created.modifyIndex } : created;
  }

  /** Refuses what is over a limit. */
  #encode(ops: readonly Op[], indexes: readonly (Indexes | undefined)[], index: number): Write[] {
    if (ops.length > LIMITS.opsPerTxn)
      throw new StoreLimitError(`A transaction of ${ops.length} changes is over the limit of ${LIMITS.opsPerTxn}.`);
    checkKeys(ops, LIMITS.keyBytes);
    const writes: Write[] = [];
    let bytes = 0;
    for (const [at, op] of ops.entries()) {
      const createIndex = (indexes[at] ?? this.#indexes.get(op.table, op.key))?.createIndex;
      // What is not there cannot be deleted.
      if (createIndex === undefined) continue;
      const text = op.kind === 'put' ? `[${index},${JSON.stringify(op.value)}]` : undefined;
      bytes += op.key.length + (text?.length ?? 0);
      writes.push({ key: [createIndex, op.table, op.key], text });
    }
    if (bytes > LIMITS.bytesPerTxn)
      throw new StoreLimitError(`A transaction of ${bytes} bytes is over the limit of ${LIMITS.bytesPerTxn}.`);
    return writes;
  }

  /** Writes group after group until nothing is staged. */
  async #drain(): Promise<void> {
    // One turn of the event loop lets the writers that were woken together join the group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#staged.length > 0) {
      const group = this.#staged;
      this.#staged = [];
      const last = group[group.length - 1]?.set.index ?? this.#durable;
      const failure = await this.#write(group, last);
      if (failure) this.#fail(group, failure);
      else await this.#publish(group);
    }
    this.#writing = undefined;
  }

  /** With the index of what is written last. */
  async #write(group: readonly Pick<Pending, 'writes'>[], index: number): Promise<Error | undefined> {
    const writes = group.flatMap((each) => each.writes);
    try {
      await this.#room.during(needOf(writes, this.#durable), async () => {
        await this.#db.batch(() => {
          for (const { key, text } of writes) void this.#enqueue(key, text);
          void this.#enqueue(META, JSON.stringify({ format: FORMAT, index } satisfies Meta));
        });
        await this.#db.flushed;
      });
      return undefined;
    } catch (error) {
      return new StoreWriteError(this.#path, await commitFailure(error));
    }
  }

  async #rewrite(meta: Meta): Promise<void> {
    const text = JSON.stringify({ ...meta, format: FORMAT } satisfies Meta);
    const { pageSize, lastPageNumber, entryCount } = this.#db.getStats() as FileStats & { entryCount: number };
    try {
      await this.#room.during({ bytes: lastPageNumber * pageSize, scattered: entryCount }, async () => {
        rewriteFormerRows(this.#db, { key: META, text });
        await this.#db.flushed;
      });
    } catch (error) {
      throw new StoreWriteError(this.#path, await commitFailure(error));
    }
  }

  #enqueue(key: string | RowKey, text: string | undefined): Promise<boolean> {
    return text === undefined ? this.#db.remove(key) : this.#db.put(key, text);
  }

  /** A turn of the event loop for each of the big sets, or for several small ones. */
  async #publish(group: Pending[]): Promise<void> {
    let changes = 0;
    for (const { set, resolve } of group) {
      if (changes > 0 && changes + set.changes.length > CHANGES_PER_TURN) {
        changes = 0;
        await nextTurn();
      }
      changes += set.changes.length;
      this.#durable = set.index;
      this.#history.publish(set);
      resolve({ ok: true, index: set.index });
    }
  }

  /** What was staged after the failed group may build on it, so it fails too; the next commit starts from what is durable. */
  #fail(group: Pending[], error: Error): void {
    const failed = [...group, ...this.#staged];
    this.#staged = [];
    this.#indexes.restore(failed.flatMap(({ before }) => before));
    this.#next = this.#durable + 1;
    for (const { reject } of failed) reject(error);
  }
}
