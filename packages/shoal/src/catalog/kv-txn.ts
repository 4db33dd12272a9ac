import type { KvRow } from '../state/rows.ts';
import type { Tables } from '../state/tables.ts';
import type { Op, Precondition, Txn } from '../store/contract.ts';
import { kvEntry } from './kv.ts';
import type { Unstamped } from './registration.ts';

/** One operation of `/v1/txn` on a key, with the documented verbs. */
export type KvOperation = {
  readonly verb: string;
  readonly key: string;
  readonly value: Buffer;
  /** Decimal text of an unsigned 64-bit number. */
  readonly flags: string;
  readonly index: number;
  readonly session: string;
};

export type KvFault = { readonly OpIndex: number; readonly What: string };

/** A row as the transaction leaves it; `row` is what it was before. */
type Version = { readonly entry: Unstamped<KvRow>; readonly row: KvRow | undefined; readonly written: boolean };

/** What an operation shows: the version, with its value or without. Indexes of what was written are known after the commit. */
export type KvResult = { readonly version: Version; readonly withValue: boolean };

export type KvTxnPlan =
  | { readonly ok: true; readonly txn: Txn; readonly results: readonly KvResult[] }
  | { readonly ok: false; readonly faults: readonly KvFault[] };

const WRITING = new Set(['set', 'cas', 'lock', 'unlock', 'delete', 'delete-cas', 'delete-tree']);

export function isWriting({ verb }: KvOperation): boolean {
  return WRITING.has(verb);
}

/** All operations see what those before them did. All that cannot be done are reported, and then nothing is. */
export function planKvTxn(tables: Tables, operations: readonly (KvOperation | undefined)[]): KvTxnPlan {
  const view = new KvOverlay(tables);
  const faults: KvFault[] = [];
  const results: KvResult[] = [];
  for (const [OpIndex, operation] of operations.entries()) {
    if (!operation) continue;
    const done = operation.key === '' ? 'Must provide key' : apply(view, operation);
    if (typeof done === 'string') faults.push({ OpIndex, What: done });
    else results.push(...done);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, txn: view.txn(), results };
}

/** Results, or what is wrong. */
function apply(view: KvOverlay, operation: KvOperation): KvResult[] | string {
  const { verb, key, index, session } = operation;
  const name = JSON.stringify(key);
  const held = view.get(key);
  switch (verb) {
    case 'set':
      return [shown(view.put(operation))];
    case 'cas':
      if (view.indexOf(key) !== index) return `failed to set key ${name}, index is stale`;
      return [shown(view.put(operation))];
    case 'delete':
      return view.remove(key);
    case 'delete-cas':
      if (held && view.indexOf(key) !== index) return `failed to delete key ${name}, index is stale`;
      return view.remove(key);
    case 'delete-tree':
      for (const found of view.keys(key)) view.remove(found);
      return [];
    case 'get':
      return held ? [{ version: held, withValue: true }] : `key ${name} doesn't exist`;
    case 'get-tree':
      return view.keys(key).flatMap((found) => {
        const version = view.get(found);
        return version ? [{ version, withValue: true }] : [];
      });
    case 'check-index':
      if (!held) return `key ${name} doesn't exist`;
      if (view.indexOf(key) === index) return [shown(held)];
      return `failed index check for key ${name}, current modify index ${view.indexOf(key)} != ${index}`;
    case 'check-session':
      if (!held) return `key ${name} doesn't exist`;
      if ((held.entry.Session ?? '') === session) return [shown(held)];
      return `failed session check for key ${name}, current session ${JSON.stringify(held.entry.Session ?? '')} != ${JSON.stringify(session)}`;
    case 'check-not-exists':
      return held ? `key ${name} exists` : [];
    // No session exists that could hold a lock.
    case 'lock':
      return `invalid session ${JSON.stringify(session)}`;
    case 'unlock':
      return `failed to unlock key ${name}, lock isn't held, or is held by another session`;
    default:
      return `unknown KV verb ${JSON.stringify(verb)}`;
  }
}

function shown(version: Version): KvResult {
  return { version, withValue: false };
}

/** The result as a row. `index` is the commit's. */
export function resultRow({ version, withValue }: KvResult, index: number): KvRow {
  const { entry, row, written } = version;
  return {
    ...entry,
    Value: withValue ? entry.Value : null,
    CreateIndex: row?.CreateIndex ?? index,
    ModifyIndex: written ? index : (row?.ModifyIndex ?? index),
  };
}

/** Stands for the index of a row that this transaction wrote: no number that a client could have seen. */
const UNCOMMITTED = Number.MAX_SAFE_INTEGER;

/** The tables with the transaction's writes on top. */
class KvOverlay {
  readonly #tables: Tables;
  readonly #versions = new Map<string, Version | undefined>();
  readonly #read = new Set<string>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  get(key: string): Version | undefined {
    this.#read.add(key);
    if (this.#versions.has(key)) return this.#versions.get(key);
    const row = this.#tables.kv.get(key);
    return row && { entry: unstamped(row), row, written: false };
  }

  /** 0 when it does not exist. */
  indexOf(key: string): number {
    const version = this.get(key);
    if (!version) return 0;
    return version.written ? UNCOMMITTED : (version.row?.ModifyIndex ?? 0);
  }

  put({ key, value, flags }: KvOperation): Version {
    const row = this.#tables.kv.get(key);
    const entry = kvEntry({ key, value, flags }, this.get(key) ? row : undefined);
    const version = { entry, row, written: true };
    this.#versions.set(key, version);
    return version;
  }

  remove(key: string): [] {
    this.#read.add(key);
    this.#versions.set(key, undefined);
    return [];
  }

  /** In order. */
  keys(prefix: string): string[] {
    const added = [...this.#versions.keys()].filter((key) => key.startsWith(prefix));
    const all = new Set([...this.#tables.kv.keys(prefix), ...added]);
    return [...all].filter((key) => this.get(key) !== undefined).sort();
  }

  txn(): Txn {
    const ops = [...this.#versions].flatMap(([key, version]): Op[] => {
      if (version) return [{ kind: 'put', table: 'kv', key, value: version.entry }];
      return this.#tables.kv.get(key) ? [{ kind: 'delete', table: 'kv', key }] : [];
    });
    const require = [...this.#read].map((key): Precondition => {
      return { table: 'kv', key, modifyIndex: this.#tables.kv.get(key)?.ModifyIndex ?? 0 };
    });
    return { ops, require };
  }
}

function unstamped({ CreateIndex: _, ModifyIndex: __, ...entry }: KvRow): Unstamped<KvRow> {
  return entry;
}
