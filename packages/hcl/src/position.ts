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

const plainAscii = /^[\x20-\x7e\t]*$/;
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Where one is after reading `text` from `pos`. */
export function advance(pos: Pos, text: string): Pos {
  if (plainAscii.test(text)) return { line: pos.line, column: pos.column + text.length, byte: pos.byte + text.length };
  let { line, column } = pos;
  for (const { segment } of segmenter.segment(text)) {
    if (segment === '\n' || segment === '\r\n') {
      line++;
      column = 1;
    } else column++;
  }
  return { line, column, byte: pos.byte + Buffer.byteLength(text) };
}
