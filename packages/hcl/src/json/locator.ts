import { advance, type Pos, type Range, startOfFile } from '../position.ts';

/** Gives the range between two offsets in UTF-16 units. */
export type Locator = (start: number, end: number) => Range;

/** Places are asked for in rising order mostly; each is counted on from the last one before it on its line. */
export function locator(text: string, filename: string): Locator {
  const lines = lineStarts(text);
  let last = { offset: 0, pos: lines[0]!.pos };
  const find = (offset: number): Pos => {
    const line = lines[lastLineBefore(lines, offset)]!;
    const from = last.pos.line === line.pos.line && last.offset <= offset ? last : line;
    const pos = advance(from.pos, text.slice(from.offset, offset));
    last = { offset, pos };
    return pos;
  };
  return (start, end) => ({ filename, start: find(start), end: find(end) });
}

type LineStart = { offset: number; pos: Pos };

function lineStarts(text: string): LineStart[] {
  const mark = text.startsWith('\ufeff');
  const starts = [{ offset: mark ? 1 : 0, pos: mark ? { ...startOfFile, byte: 3 } : startOfFile }];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    const { offset, pos } = starts.at(-1)!;
    const byte = pos.byte + Buffer.byteLength(text.slice(offset, end + 1));
    starts.push({ offset: end + 1, pos: { line: pos.line + 1, column: 1, byte } });
  }
  return starts;
}

function lastLineBefore(lines: readonly LineStart[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lines[middle]!.offset <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
