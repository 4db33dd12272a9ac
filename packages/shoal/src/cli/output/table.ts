import { type Paint, widthOf } from './paint.ts';

/** Rows under their headings, as wide as the widest cell, two blanks between. The last column is not filled up. */
export function table(paint: Paint, headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === cells.length - 1 ? cell : fill(cell, widths[column] ?? 0))).join('  ');
  return [line(headings.map(paint.bold)), ...rows.map(line)].map((text) => `${text.trimEnd()}\n`).join('');
}

function fill(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)));
}
