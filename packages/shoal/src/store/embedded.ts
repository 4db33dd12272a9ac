import { open } from 'lmdb';
import type { Change, ChangeSet, CommitResult, Op, Precondition, Store, StoreLimits, Txn } from './contract.ts';
import { StoreClosedError, StoreFormatError, StoreLimitError, StoreWriteError } from './errors.ts';
import { FeedHistory } from './feed-history.ts';

/**
 * The store of a single server: one LMDB file. Commits that arrive while a write is on its way to the disk form the next group, so that many
 * writers share one flush. A row is kept as JSON text `[createIndex, modifyIndex, value]` under `table NUL key`.
 */
const FORMAT = 1;
const META = '\u0001meta';
const LIMITS: StoreLimits = { opsPerTxn: 20_000, bytesPerTxn: 64 * 1024 * 1024, keyBytes: 1900 };
const LOAD_BATCH = 2_000;

type Meta = { format: number; index: number };
type Indexes = { createIndex: number; modifyIndex: number };
type Write = { key: string; text: string | undefined; indexes: Indexes | undefined };
type Pending = {
  set: ChangeSet;
  writes: Write[];
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
  const store = new EmbeddedStore(options);
  await store.initialize();
  return store;
}

class EmbeddedStore implements Store {
  readonly limits = LIMITS;
  readonly #db;
  readonly #path: string;
  readonly #history: FeedHistory;
  /** Rows as they will be once what is on its way is durable; `undefined` is a deletion. */
  readonly #overlay = new Map<string, { indexes: Indexes | undefined; index: number }>();
  #durable = 0;
  #next = 1;
  #staged: Pending[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(options: EmbeddedStoreOptions) {
    this.#path = options.path;
    this.#history = new FeedHistory(options.history ?? 10_000);
    this.#db = open<string, string>({
      path: options.path,
      noSubdir: false,
      encoding: 'string',
      mapSize: options.mapSize ?? 64 * 1024 ** 3,
      compression: false,
      // Each group is one batch; lmdb's own batches by turns of the event loop have promises that nobody can await.
      eventTurnBatching: false,
    });
  }

  async initialize(): Promise<void> {
    const text = this.#db.get(META);
    if (text === undefined) {
      await this.#db.put(META, JSON.stringify({ format: FORMAT, index: 0 } satisfies Meta));
      await this.#db.flushed;
      return;
    }
    const meta = JSON.parse(text) as Meta;
    if (meta.format !== FORMAT) {
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
      if (key === META) continue;
      batch.push(decodeRow(key, value));
      if (batch.length < LOAD_BATCH) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  }

  commit(txn: Txn): Promise<CommitResult> {
    if (this.#closed) return Promise.reject(new StoreClosedError());
    const conflict = this.#conflict(txn.require ?? []);
    if (conflict) return Promise.resolve(conflict);
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

  #conflict(require: readonly Precondition[]): CommitResult | undefined {
    for (const conflict of require) {
      const found = this.#indexes(rowKey(conflict))?.modifyIndex ?? 0;
      if (found !== conflict.modifyIndex) return { ok: false, conflict, found };
    }
    return undefined;
  }

  /** Indexes of a row after all that was staged. */
  #indexes(key: string): Indexes | undefined {
    const staged = this.#overlay.get(key);
    if (staged) return staged.indexes;
    const text = this.#db.get(key);
    return text === undefined ? undefined : decodeIndexes(text);
  }

  #stage(txn: Txn): Promise<CommitResult> {
    const index = this.#next;
    const { writes, changes } = this.#encode(txn.ops, index);
    this.#next += 1;
    for (const write of writes) this.#overlay.set(write.key, { indexes: write.indexes, index });
    return new Promise((resolve, reject) => {
      this.#staged.push({ set: { index, changes }, writes, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  #encode(ops: readonly Op[], index: number): { writes: Write[]; changes: Change[] } {
    if (ops.length > LIMITS.opsPerTxn)
      throw new StoreLimitError(`A transaction of ${ops.length} changes is over the limit of ${LIMITS.opsPerTxn}.`);
    const writes: Write[] = [];
    const changes: Change[] = [];
    const seen = new Set<string>();
    let bytes = 0;
    for (const op of ops) {
      const key = rowKey(op);
      if (seen.has(key))
        throw new StoreLimitError(`Key "${op.key}" of table ${op.table} occurs twice in one transaction.`);
      seen.add(key);
      const write = this.#encodeOp(op, key, index);
      bytes += key.length + (write.text?.length ?? 0);
      writes.push(write);
      const indexes = write.indexes ?? { createIndex: index, modifyIndex: index };
      changes.push({ table: op.table, key: op.key, value: op.kind === 'put' ? op.value : undefined, ...indexes });
    }
    if (bytes > LIMITS.bytesPerTxn)
      throw new StoreLimitError(`A transaction of ${bytes} bytes is over the limit of ${LIMITS.bytesPerTxn}.`);
    return { writes, changes };
  }

  #encodeOp(op: Op, key: string, index: number): Write {
    if (Buffer.byteLength(key) > LIMITS.keyBytes)
      throw new StoreLimitError(
        `A key of ${Buffer.byteLength(op.key)} bytes in ${op.table} is over the limit of ${LIMITS.keyBytes} bytes.`,
      );
    if (op.kind === 'delete') return { key, text: undefined, indexes: undefined };
    const indexes = { createIndex: this.#indexes(key)?.createIndex ?? index, modifyIndex: index };
    return { key, text: `[${indexes.createIndex},${index},${JSON.stringify(op.value)}]`, indexes };
  }

  /** Writes group after group until nothing is staged. */
  async #drain(): Promise<void> {
    // One turn of the event loop lets the writers that were woken together join the group.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#staged.length > 0) {
      const group = this.#staged;
      this.#staged = [];
      const failure = await this.#write(group);
      if (failure) this.#fail(group, failure);
      else this.#publish(group);
    }
    this.#writing = undefined;
  }

  async #write(group: Pending[]): Promise<Error | undefined> {
    const last = group[group.length - 1]?.set.index ?? this.#durable;
    try {
      await this.#db.batch(() => {
        for (const { writes } of group) for (const write of writes) void this.#enqueue(write.key, write.text);
        void this.#enqueue(META, JSON.stringify({ format: FORMAT, index: last } satisfies Meta));
      });
      await this.#db.flushed;
      return undefined;
    } catch (error) {
      return new StoreWriteError(this.#path, await commitFailure(error));
    }
  }

  #enqueue(key: string, text: string | undefined): Promise<boolean> {
    return text === undefined ? this.#db.remove(key) : this.#db.put(key, text);
  }

  #publish(group: Pending[]): void {
    for (const { set, writes } of group) {
      this.#durable = set.index;
      for (const write of writes)
        if (this.#overlay.get(write.key)?.index === set.index) this.#overlay.delete(write.key);
      this.#history.publish(set);
    }
    for (const { set, resolve } of group) resolve({ ok: true, index: set.index });
  }

  /** What was staged after the failed group may build on it, so it fails too; the next commit starts from what is durable. */
  #fail(group: Pending[], error: Error): void {
    const failed = [...group, ...this.#staged];
    this.#staged = [];
    this.#overlay.clear();
    this.#next = this.#durable + 1;
    for (const { reject } of failed) reject(error);
  }
}

/** lmdb rejects with a general error whose `commitError` is a promise that rejects with the reason. */
async function commitFailure(error: unknown): Promise<unknown> {
  try {
    await (error as { commitError?: Promise<never> }).commitError;
    return error;
  } catch (reason) {
    return reason;
  }
}

function rowKey(row: { table: string; key: string }): string {
  return `${row.table}\u0000${row.key}`;
}

function decodeRow(key: string, text: string): Change {
  const at = key.indexOf('\u0000');
  const [createIndex, modifyIndex, value] = JSON.parse(text) as [number, number, object];
  return { table: key.slice(0, at), key: key.slice(at + 1), value, createIndex, modifyIndex };
}

/** Reads the two numbers without parsing the row. */
function decodeIndexes(text: string): Indexes {
  const first = text.indexOf(',');
  const second = text.indexOf(',', first + 1);
  return { createIndex: Number(text.slice(1, first)), modifyIndex: Number(text.slice(first + 1, second)) };
}
