import { isDeepStrictEqual } from 'node:util';
import type { RootKeyRow, VariableRow } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Change, Op } from '../store/contract.ts';

type Row = Pick<Change, 'table' | 'key'> & { readonly value: object };

/**
 * Variables of a snapshot become what they were; those that it has not stay. They are as they were encrypted, so they can be read where the keyring's
 * file has their keys: what the snapshot knows of these comes, too, but the active key stays what it is. Nobody holds a lock of theirs any more. Answers
 * with the number that was written.
 */
export async function restoreVariables(state: State, rows: readonly Row[]): Promise<number> {
  const { rootKeys, variables } = state.tables;
  const hasActive = [...rootKeys.values()].some(({ State }) => State === 'active');
  const keys = rows.flatMap(({ table, key, value }): Op[] => {
    if (table !== 'rootKeys' || rootKeys.get(key)) return [];
    const row = value as RootKeyRow;
    return [{ kind: 'put', table, key, value: hasActive ? { ...row, State: 'inactive' } : row }];
  });
  const puts = rows.flatMap(({ table, key, value }): Op[] => {
    if (table !== 'variables') return [];
    const { Lock: _, ...row } = value as VariableRow;
    return isDeepStrictEqual(unstamped(variables.get(key)), unstamped(row))
      ? []
      : [{ kind: 'put', table, key, value: row }];
  });
  const ops = [...keys, ...puts];
  for (let from = 0; from < ops.length; from += state.limits.opsPerTxn)
    await state.commit({ ops: ops.slice(from, from + state.limits.opsPerTxn) });
  return puts.length;
}

function unstamped(row: VariableRow | undefined) {
  if (!row) return undefined;
  const { CreateIndex: _, ModifyIndex: __, ...rest } = row;
  return rest;
}
