import type { CatalogCheckRow, CatalogNodeRow, CatalogServiceRow, KvRow } from '../../state/rows.ts';
import type { Tables } from '../../state/tables.ts';
import type { Txn } from '../../store/contract.ts';
import { Overlay } from '../overlay.ts';
import type { LockDelays } from '../sessions/locks.ts';
import { destroyIn } from '../sessions/plan.ts';
import { applyCatalog, type CatalogOperation } from './catalog-verbs.ts';
import { applyKv, type KvOperation } from './kv-verbs.ts';

/** What a transaction is made of. */
export type Operation = KvOperation | CatalogOperation | SessionOperation;
export type SessionOperation = { readonly kind: 'session'; readonly verb: string; readonly id: string };

export type Fault = { readonly OpIndex: number; readonly What: string };

/** What an operation shows. Indexes of what was written are known after the commit: `row` is asked with its index. */
export type TxnResult =
  | { readonly kind: 'kv'; row(index: number): KvRow }
  | { readonly kind: 'node'; row(index: number): CatalogNodeRow }
  | { readonly kind: 'service'; row(index: number): CatalogServiceRow }
  | { readonly kind: 'check'; row(index: number): CatalogCheckRow };

export type TxnPlan =
  | { readonly ok: true; readonly txn: Txn; readonly results: readonly TxnResult[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

export type TxnContext = { readonly delays: LockDelays; readonly datacenter: string; readonly mostOps: number };

export function isWriting(operation: Operation): boolean {
  return WRITING.has(operation.verb);
}

const WRITING = new Set(['set', 'cas', 'lock', 'unlock', 'delete', 'delete-cas', 'delete-tree']);

/** All operations see what those before them did. All that cannot be done are reported, and then nothing is. */
export function planTxn(tables: Tables, operations: readonly (Operation | undefined)[], context: TxnContext): TxnPlan {
  const view = new Overlay(tables);
  const faults: Fault[] = [];
  const results: TxnResult[] = [];
  for (const [OpIndex, operation] of operations.entries()) {
    if (!operation) continue;
    const done = apply(view, operation, context);
    if (typeof done === 'string') faults.push({ OpIndex, What: done });
    else results.push(...done);
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, txn: view.txn(), results };
}

function apply(view: Overlay, operation: Operation, context: TxnContext): TxnResult[] | string {
  switch (operation.kind) {
    case 'kv':
      return applyKv(view, operation, context.delays);
    case 'session':
      return applySession(view, operation, context);
    default:
      return applyCatalog(view, operation, context.datacenter);
  }
}

/** Sessions can be deleted, and nothing else. Keys that were locked by the same transaction follow when it is over. */
function applySession(view: Overlay, { verb, id }: SessionOperation, { mostOps }: TxnContext): TxnResult[] | string {
  if (verb !== 'delete') return `unknown Session verb ${JSON.stringify(verb)}`;
  const session = view.get('sessions', id);
  if (!session) return [];
  destroyIn(view, id, session.entry, mostOps);
  return [];
}
