import type { RootDatabase } from 'lmdb';

/** Of the first format, whose rows were JSON texts `[createIndex, modifyIndex, value]` under `table NUL key`. */
export const FORMER_FORMAT = 1;

type RowKey = [createIndex: number, table: string, key: string];

/** Puts every row where it is now, all or nothing. `meta` is the entry of the store about itself, and what it becomes. */
export function rewriteFormerRows(
  db: RootDatabase<string, string | RowKey>,
  meta: { key: string; text: string },
): void {
  db.transactionSync(() => {
    for (const { key, value } of [...db.getRange({})]) {
      if (typeof key !== 'string' || key === meta.key) continue;
      const at = key.indexOf('\u0000');
      const comma = value.indexOf(',');
      db.putSync([Number(value.slice(1, comma)), key.slice(0, at), key.slice(at + 1)], `[${value.slice(comma + 1)}`);
      db.removeSync(key);
    }
    db.putSync(meta.key, meta.text);
  });
}
