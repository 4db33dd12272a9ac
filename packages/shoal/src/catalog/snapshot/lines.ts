import type { Change } from '../../store/contract.ts';

/** Rows of every table as lines of JSON, `[table, key, createIndex, modifyIndex, value]`. */
export type SnapshotRow = Omit<Change, 'value'> & { readonly value: object };

const LINES_AT_ONCE = 200;

export function* linesOf(rows: Iterable<Change>): Generator<Buffer> {
  let batch: string[] = [];
  for (const { table, key, createIndex, modifyIndex, value } of rows) {
    batch.push(`${JSON.stringify([table, key, createIndex, modifyIndex, value])}\n`);
    if (batch.length < LINES_AT_ONCE) continue;
    yield Buffer.from(batch.join(''));
    batch = [];
  }
  yield Buffer.from(batch.join(''));
}

/** Line by line: all of them can be more than one text may hold. Throws SyntaxError. */
export function rowsOfLines(bytes: Buffer): SnapshotRow[] {
  const rows: SnapshotRow[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf('\n', from);
    const line = bytes.toString('utf8', from, end < 0 ? bytes.length : end);
    const [table, key, createIndex, modifyIndex, value] = JSON.parse(line) as [string, string, number, number, object];
    rows.push({ table, key, createIndex, modifyIndex, value });
    from = end < 0 ? bytes.length : end + 1;
  }
  return rows;
}
