import { type Paint, widthOf } from './paint.ts';

/** Rows under their headings, as wide as the widest cell, two blanks between. The last column is not filled up. */
export function table(paint: Paint, headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return columns([headings.map(paint.bold), ...rows]);
}

/** The same without headings. */
export function columns(rows: readonly (readonly string[])[], between = '  '): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === cells.length - 1 ? cell : fill(cell, widths[at] ?? 0))).join(between);
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

function fill(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)));
}
