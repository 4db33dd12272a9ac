import { graphemes } from './graphemes.ts';

/** A place in a text. Lines and columns start at 1, bytes at 0. A column is a grapheme cluster: what a reader counts as one character. */
export type Pos = { line: number; column: number; byte: number };

/** From `start` up to, but not including, `end`. */
export type Range = { filename: string; start: Pos; end: Pos };

export const startOfFile: Pos = Object.freeze({ line: 1, column: 1, byte: 0 });

export function rangeBetween(first: Range, last: Range): Range {
  return { filename: first.filename, start: first.start, end: last.end };
}

/** The empty range before `range`. */
export function rangeBefore(range: Range): Range {
  return { filename: range.filename, start: range.start, end: range.start };
}

/** The empty range behind `range`. */
export function rangeBehind(range: Range): Range {
  return { filename: range.filename, start: range.end, end: range.end };
}

const oneLine = /^[\x20-\x7e\t]*$/;
const ascii = /^[\x20-\x7e\t\r\n]*$/;

/** Where one is after reading `text` from `pos`. Most text is ASCII, where each unit is one byte and one column. */
export function advance(pos: Pos, text: string): Pos {
  if (oneLine.test(text)) return { line: pos.line, column: pos.column + text.length, byte: pos.byte + text.length };
  return ascii.test(text) ? advanceAscii(pos, text) : advanceGraphemes(pos, text);
}

function advanceAscii(pos: Pos, text: string): Pos {
  let { line } = pos;
  let start = -1;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    line++;
    start = end;
  }
  const column = start < 0 ? pos.column + text.length : text.length - start;
  return { line, column, byte: pos.byte + text.length };
}

function advanceGraphemes(pos: Pos, text: string): Pos {
  let { line, column } = pos;
  for (const segment of graphemes(text)) {
    if (segment === '\n' || segment === '\r\n') {
      line++;
      column = 1;
    } else column++;
  }
  return { line, column, byte: pos.byte + Buffer.byteLength(text) };
}
