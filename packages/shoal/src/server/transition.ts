import type { DesiredTransition } from '@shoal/api';
import type { AllocRow } from '../state/rows.ts';
import type { Op, Precondition } from '../store/contract.ts';

const NONE: DesiredTransition = { Migrate: null, Reschedule: null, ForceReschedule: null };

/** The writes that ask something of allocations beside what was asked before, if nobody changes them meanwhile. */
export function transition(
  rows: readonly AllocRow[],
  asked: Partial<DesiredTransition>,
): { ops: Op[]; require: Precondition[] } {
  return {
    ops: rows.map((row) => ({
      kind: 'put',
      table: 'allocs',
      key: row.ID,
      value: { ...row, DesiredTransition: { ...(row.DesiredTransition ?? NONE), ...asked } },
    })),
    require: rows.map(({ ID, ModifyIndex }) => ({ table: 'allocs', key: ID, modifyIndex: ModifyIndex })),
  };
}
