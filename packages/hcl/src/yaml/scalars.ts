import type { Cursor } from './cursor.ts';

const plainInBlock = /(?:[^\s#:]|:(?=\S)|(?<=\S)#|[ \t]+(?=[^\s#]))+/y;
const plainInFlow = /(?:[^\s#:,[\]{}]|:(?=[^\s,[\]{}])|(?<=\S)#|[ \t]+(?=[^\s#]))+/y;

/** Text without quotes; further lines belong to it while they are indented more than `parent`. */
export function readPlain(cursor: Cursor, parent: number, flow: boolean): string {
  const pattern = flow ? plainInFlow : plainInBlock;
  if (!cursor.looksAt(flow ? /[^\s,[\]{}#&*!|>'"%@`]/y : /[^\s[\]{}#&*!|>'"%@`,]/y)) cursor.fail('a value is expected');
  const first = cursor.take(pattern);
  if (!first) return cursor.fail('a value is expected');
  let text = first[0].trimEnd();
  for (let more = continuation(cursor, parent, flow, pattern); more; more = continuation(cursor, parent, flow, pattern))
    text += more;
  return text;
}

function continuation(cursor: Cursor, parent: number, flow: boolean, pattern: RegExp): string | undefined {
  const start = cursor.offset;
  const gap = cursor.take(/[ \t]*(?:\n[ \t]*)+/y);
  const stops =
    !gap ||
    cursor.atEnd() ||
    cursor.peek() === '#' ||
    (!flow && (cursor.column() <= parent || cursor.atImplicitKey())) ||
    cursor.atDocumentMarker();
  const line = stops ? undefined : cursor.take(pattern);
  if (!gap || !line) {
    cursor.offset = start;
    return undefined;
  }
  return fold(gap[0]) + line[0].trimEnd();
}

/** One line break becomes a blank, more of them one less. */
function fold(gap: string): string {
  const breaks = gap.split('\n').length - 1;
  return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
}

export function readSingleQuoted(cursor: Cursor): string {
  const match = cursor.take(/'((?:[^']|'')*)'/y);
  if (!match) return cursor.fail('the quote is not closed');
  return foldLines(match[1]!).replaceAll("''", "'");
}

function foldLines(text: string): string {
  return text.replace(/[ \t]*(?:\n[ \t]*)+/g, fold);
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const escapeSequence =
  /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|\n[ \t]*|([\s\S]))|[ \t]*(?:\n[ \t]*)+/g;

export function readDoubleQuoted(cursor: Cursor): string {
  const match = cursor.take(/"((?:[^"\\]|\\[\s\S])*)"/y);
  if (!match) return cursor.fail('the quote is not closed');
  return match[1]!.replace(escapeSequence, (found, x?: string, u?: string, long?: string, simple?: string) => {
    if (!found.startsWith('\\')) return fold(found);
    const code = x ?? u ?? long;
    if (code !== undefined) return codePoint(cursor, Number.parseInt(code, 16));
    if (simple === undefined) return '';
    return (
      escapes[simple] ?? (/["/\\ ]/.test(simple) ? simple : cursor.fail(`there is no escape sequence \\${simple}`))
    );
  });
}

function codePoint(cursor: Cursor, code: number): string {
  return code > 0x10ffff ? cursor.fail('there is no such character') : String.fromCodePoint(code);
}

/** `|` keeps line breaks, `>` folds them. A digit gives the indentation; `-` and `+` say what becomes of the last breaks. */
export function readBlockScalar(cursor: Cursor, parent: number): string {
  const header = cursor.take(/([|>])(?:([1-9])([+-])?|([+-])([1-9])?)?[ \t]*(?:#[^\n]*)?(?:\n|$)/y);
  if (!header) return cursor.fail('behind | or > only an indentation and + or - may stand');
  const lines = takeLines(cursor, parent, Number(header[2] ?? header[5] ?? 0));
  const text = header[1] === '|' ? lines.join('\n') : foldBlock(lines);
  const chomp = header[3] ?? header[4];
  const body = withoutBreaksBehind(text);
  if (chomp === '-') return body;
  if (chomp === '+') return lines.length > 0 ? `${text}\n` : '';
  return body === '' ? '' : `${body}\n`;
}

function withoutBreaksBehind(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end--;
  return text.slice(0, end);
}

function takeLines(cursor: Cursor, parent: number, given: number): string[] {
  const lines: string[] = [];
  let indent = given > 0 ? Math.max(parent, 0) + given : -1;
  while (!cursor.atEnd()) {
    const line = /[^\n]*/y;
    line.lastIndex = cursor.offset;
    const text = line.exec(cursor.source)![0];
    const own = /^ */.exec(text)![0].length;
    const blank = text.trim() === '';
    if (!blank && (own <= parent || (indent >= 0 && own < indent) || cursor.atDocumentMarker())) break;
    if (!blank && indent < 0) indent = own;
    lines.push(blank && indent < 0 ? '' : text.slice(indent));
    cursor.offset += text.length + 1;
  }
  cursor.offset = Math.min(cursor.offset, cursor.source.length);
  // The text continues with the line that does not belong, whose break is the last one taken.
  if (cursor.offset > 0 && lines.length > 0 && cursor.source[cursor.offset - 1] === '\n') cursor.offset--;
  return lines;
}

/** Breaks between lines of equal standing fold; those around lines indented further stay. */
function foldBlock(lines: readonly string[]): string {
  let text = '';
  let breaks = 0;
  let isFurtherIn = false;
  for (const [i, line] of lines.entries()) {
    if (i > 0) breaks++;
    if (line === '') continue;
    const folds = text !== '' && !/^[ \t]/.test(line) && !isFurtherIn;
    if (!folds) isFurtherIn = /^[ \t]/.test(line);
    text += folds ? (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) : '\n'.repeat(breaks);
    text += line;
    breaks = 0;
  }
  return text + '\n'.repeat(breaks);
}
