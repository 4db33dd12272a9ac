import type { VariableRow } from '../../state/rows.ts';
import { variableKey } from '../../state/tables.ts';
import type { Precondition, Txn } from '../../store/contract.ts';
import { commitDecision } from '../commit.ts';
import { nowNanos, type ServerDeps } from '../deps.ts';
import { VariableInvalidError } from '../errors.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { Namespaces } from '../namespaces.ts';
import { createLockTimes } from './locks.ts';
import { checkItems, checkPath, lockTimes } from './rules.ts';

export type Items = Readonly<Record<string, string>>;
type Place = { readonly namespace: string; readonly path: string };

/** `row` is what was written, or (`conflict`) what is there instead. */
export type VariableResult =
  | { readonly kind: 'written'; readonly index: number; readonly row: VariableRow }
  | { readonly kind: 'conflict'; readonly row: VariableRow | undefined };

/** `renewed`: the lock has its time again, and nothing was written. */
export type Variables = ReturnType<typeof createVariables>;

/** Variables of users, encrypted before they become rows. Without a view to their indexes they are written as by the last who does. */
export function createVariables(deps: ServerDeps, keyring: Keyring, namespaces: Pick<Namespaces, 'exists'>) {
  const { state } = deps;
  const { variables } = state.tables;
  const times = createLockTimes(
    () => performance.now(),
    (key, id) => void unlock(key, id).catch((error: unknown) => expireLater(key, id, error)),
  );

  type Change = { readonly items?: Items | undefined; readonly lock?: VariableRow['Lock'] | undefined };
  type Decision = (row: VariableRow | undefined) => Change | 'conflict';

  /** Writes what is decided on the variable as it is: items that are not given stay, the lock becomes what is given. */
  async function write({ namespace, path }: Place, decide: Decision): Promise<VariableResult> {
    await keyring.prepare();
    const key = variableKey(namespace, path);
    const { index, answer } = await commitDecision<VariableResult>(state, `Variable "${path}"`, () => {
      const before = variables.get(key);
      const change = decide(before);
      if (change === 'conflict') return { answer: { kind: 'conflict', row: before } };
      const { value, require } = next({ namespace, path, before, change });
      const same: Precondition = { table: 'variables', key, modifyIndex: before?.ModifyIndex ?? 0 };
      const txn: Txn = { ops: [{ kind: 'put', table: 'variables', key, value }], require: [same, ...require] };
      const stamps = { CreateIndex: before?.CreateIndex ?? 0, ModifyIndex: 0 };
      return { txn, answer: { kind: 'written', index: 0, row: { ...value, ...stamps } } };
    });
    if (answer.kind === 'conflict') return answer;
    const row = { ...answer.row, CreateIndex: answer.row.CreateIndex || index, ModifyIndex: index };
    return { kind: 'written', index, row };
  }

  function next(about: Place & { before: VariableRow | undefined; change: Change }) {
    const { namespace, path, before, change } = about;
    const key = variableKey(namespace, path);
    const items = change.items ?? (before ? undefined : {});
    const encrypted = items && keyring.encrypt(JSON.stringify(items), key);
    const time = nowNanos(deps);
    const { KeyID, Data } = encrypted?.sealed ?? (before as VariableRow);
    const value = {
      ...{ Namespace: namespace, Path: path, KeyID, Data },
      ...{ CreateTime: before?.CreateTime ?? time, ModifyTime: time },
      ...(change.lock && { Lock: change.lock }),
    };
    return { value, require: encrypted ? [encrypted.require] : [] };
  }

  /** `cas`: only if its ModifyIndex is this; 0: only if there is none. A locked one is written by who names its lock. */
  async function put(place: Place, items: Items, { cas, lockId = '' }: { cas?: number; lockId?: string } = {}) {
    checkPlace(place);
    if (Object.keys(items).length === 0)
      throw new VariableInvalidError('variable missing required Items object: it needs at least one item');
    checkItems(items);
    return write(place, (row) => {
      if (cas !== undefined && cas !== (row?.ModifyIndex ?? 0)) return 'conflict';
      return row?.Lock && !isHeldBy(row, lockId) ? 'conflict' : { items, lock: row?.Lock };
    });
  }

  /** A variable that is not there is gone already. */
  async function remove({ namespace, path }: Place, cas?: number): Promise<VariableResult | { index: number }> {
    const key = variableKey(namespace, path);
    const { index, answer } = await commitDecision(state, `Variable "${path}"`, () => {
      const row = variables.get(key);
      if (row?.Lock || (cas !== undefined && cas !== (row?.ModifyIndex ?? 0)))
        return { answer: { kind: 'conflict', row } as const };
      if (!row) return { answer: undefined };
      const same = { table: 'variables', key, modifyIndex: row.ModifyIndex };
      return { txn: { ops: [{ kind: 'delete', table: 'variables', key }], require: [same] }, answer: undefined };
    });
    return answer ?? { index };
  }

  /** Locks it, makes it where there is none, and writes the items that are given. Its holder changes items so, too. */
  async function acquire(
    place: Place,
    given: { readonly ID: string; readonly TTL: number; readonly LockDelay: number },
    items: Items | undefined,
  ): Promise<VariableResult> {
    checkPlace(place);
    if (items) checkItems(items);
    const wanted = lockTimes(given);
    const result = await write(place, (row) => {
      if (!row?.Lock) return { items, lock: { ID: deps.newId(), ...wanted } };
      if (!isHeldBy(row, given.ID)) return 'conflict';
      const { TTL, LockDelay } = row.Lock;
      if ((given.TTL !== 0 && given.TTL !== TTL) || (given.LockDelay !== 0 && given.LockDelay !== LockDelay))
        throw new VariableInvalidError('TTL and LockDelay of a lock that is held cannot be changed');
      return { items, lock: row.Lock };
    });
    if (result.kind === 'written') times.renew(result.row);
    return result;
  }

  function renew({ namespace, path }: Place, lockId: string): VariableResult | { kind: 'renewed'; row: VariableRow } {
    const row = variables.get(variableKey(namespace, path));
    if (!row?.Lock || !isHeldBy(row, lockId)) return { kind: 'conflict', row };
    times.renew(row);
    return { kind: 'renewed', row };
  }

  async function release(place: Place, lockId: string): Promise<VariableResult> {
    let held: VariableRow | undefined;
    const result = await write(place, (row) => {
      held = row;
      return row && isHeldBy(row, lockId) ? {} : 'conflict';
    });
    if (result.kind === 'written' && held) times.forget(held);
    return result;
  }

  async function unlock(key: string, lockId: string): Promise<void> {
    const row = variables.get(key);
    if (row?.Lock?.ID !== lockId) return;
    await write({ namespace: row.Namespace, path: row.Path }, (now) => (now?.Lock?.ID === lockId ? {} : 'conflict'));
  }

  function expireLater(key: string, lockId: string, error: unknown): void {
    const row = variables.get(key);
    deps.log.error({ error: String(error) }, 'server: a lock of a variable could not be taken off; trying again');
    if (row?.Lock?.ID === lockId) times.renew(row);
  }

  function isHeldBy(row: VariableRow, lockId: string): boolean {
    return row.Lock?.ID === lockId && times.holds(row);
  }

  function checkPlace({ namespace, path }: Place): void {
    checkPath(path);
    if (!namespaces.exists(namespace)) throw new VariableInvalidError(`nonexistent namespace "${namespace}"`);
  }

  return {
    put,
    remove,
    acquire,
    renew,
    release,
    /** Throws KeyMissingError. */
    itemsOf: (row: VariableRow) => JSON.parse(keyring.decrypt(row, variableKey(row.Namespace, row.Path))) as Items,
    start() {
      for (const row of variables.values()) times.renew(row);
    },
    stop: () => times.stop(),
  };
}
