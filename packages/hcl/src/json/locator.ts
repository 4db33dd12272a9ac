import { advance, type Pos, type Range, startOfFile } from '../position.ts';

/** Gives the range between two offsets in UTF-16 units. */
export type Locator = (start: number, end: number) => Range;

/** Each place is counted on from the nearest one that is known before it: places in between are kept, so that no line is too long. */
export function locator(text: string, filename: string): Locator {
  const lines = lineStarts(text);
  const marks: Mark[] = [lines[0]!];
  const find = (offset: number): Pos => {
    const line = lines[lastBefore(lines, offset)]!;
    const mark = marks[lastBefore(marks, offset)]!;
    const from = mark.offset > line.offset ? mark : line;
    const pos = advance(from.pos, text.slice(from.offset, offset));
    if (offset > marks.at(-1)!.offset + BETWEEN_MARKS) marks.push({ offset, pos });
    return pos;
  };
  return (start, end) => ({ filename, start: find(start), end: find(end) });
}

const BETWEEN_MARKS = 128;

type Mark = { offset: number; pos: Pos };

function lineStarts(text: string): Mark[] {
  const mark = text.startsWith('\ufeff');
  const starts = [{ offset: mark ? 1 : 0, pos: mark ? { ...startOfFile, byte: 3 } : startOfFile }];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    const { offset, pos } = starts.at(-1)!;
    const byte = pos.byte + Buffer.byteLength(text.slice(offset, end + 1));
    starts.push({ offset: end + 1, pos: { line: pos.line + 1, column: 1, byte } });
  }
  return starts;
}

function lastBefore(marks: readonly Mark[], offset: number): number {
  let low = 0;
  let high = marks.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (marks[middle]!.offset <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
