import type { Diagnostic, ParseResult, Pos, Range } from '@shoal/hcl';

export type LiberalResult = ParseResult & {
  /** The real name of what was quoted or had dots at this byte of the source. */
  readonly nameAt: (byte: number) => string | undefined;
  /** The true place of a range of this result. */
  readonly placeOf: (range: Range) => Range;
};

/**
 * The peers' own configuration is in the first version of HCL, which allows things that HCL2 does not: quoted names
 * (`"driver.allowlist" = "docker"`), names with dots (`driver.raw_exec.enable = "1"`), blocks of several arguments on
 * one line (`ports { http = 1  dns = 2 }`), commas behind arguments, blocks in objects (`service = { connect { … } }`), an
 * argument that is set again, and in JSON a comma behind the last item. Where the parser stumbles over one of them, the
 * text is changed without moving a byte, and read again: another name of the same length, a new line in place of a blank.
 */
export function parseLiberally(source: string, parse: (source: string) => ParseResult): LiberalResult {
  const names = new Map<number, string>();
  const repeated: Diagnostic[] = [];
  const original = Buffer.from(source);
  let text: Buffer = original;
  for (;;) {
    const result = parse(text.toString());
    const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
    const again = errors.filter(({ summary }) => summary === 'Attribute redefined');
    const changed = errors
      .flatMap((error) =>
        error.range === undefined ? [] : [{ byte: error.range.start.byte, again: again.includes(error) }],
      )
      .reduce((changing, place) => changedAt(changing, place, names), text);
    if (changed === text) {
      const told = { ...result, diagnostics: [...result.diagnostics, ...repeated] };
      return { ...located(told, original, text), nameAt: (byte) => names.get(byte) };
    }
    repeated.push(...again.map(setAgain));
    text = changed;
  }
}

function setAgain({ detail, range }: Diagnostic): Diagnostic {
  const name = /"(.+?)"/.exec(detail)?.[1];
  return {
    severity: 'warning',
    summary: `${name} is set again`,
    detail: 'Of two values the later one counts; lists are joined.',
    ...(range !== undefined && { range }),
    remedy: 'remove one of the two',
  };
}

type Place = { readonly byte: number; readonly again: boolean };

function changedAt(text: Buffer, { byte, again }: Place, names: Map<number, string>): Buffer {
  const written = names.has(byte)
    ? undefined
    : again
      ? PLAIN_NAME.exec(restOfLine(text, byte))?.[0]
      : oddNameAt(text, byte);
  if (written !== undefined) return withStandIn(text, byte, written, names);
  return withoutComma(text, byte) ?? withEquals(text, byte) ?? withNewLines(text, byte);
}

const PLAIN_NAME = /^[A-Za-z_][\w-]*/;

/** Without the comma behind an argument, or before the end of a list or object in JSON; undefined where none of them is. */
function withoutComma(text: Buffer, byte: number): Buffer | undefined {
  const before = lastBefore(text, byte);
  const char = String.fromCharCode(text[byte] ?? 0);
  if (char === ',' && before !== undefined && /[\w"}\])]/.test(before.char)) {
    // In a block of one line the blank is broken up like any other.
    const ends = /^,[ \t\r]*(?:#|\/\/|$)/.test(restOfLine(text, byte)) || openBrace(text, byte) !== undefined;
    return withByte(text, byte, ends ? ' ' : '\n');
  }
  return '}]'.includes(char) && before?.char === ',' ? withByte(text, before.at, ' ') : undefined;
}

const OPENS_ITEM = /(?:^|[{,])\s*(?:[A-Za-z_][\w.-]*|"(?:[^"\\\n]|\\.)+")[ \t]+$/;

/** `name = {` for each `name {` from here to the end of the object that it is in; undefined where no such thing is. */
function withEquals(text: Buffer, byte: number): Buffer | undefined {
  if (text[byte] !== 0x7b || !opensItem(text, byte)) return undefined;
  const changed = Buffer.from(text);
  let depth = 0;
  for (let line = byte; line < text.length && depth >= 0; line = endOfLine(text, line) + 1) {
    for (const { at, char } of outsideQuotes(text, line)) {
      if (char === '{' && opensItem(text, at)) changed[at - 1] = 0x3d;
      if ('{['.includes(char)) depth++;
      if ('}]'.includes(char) && --depth < 0) break;
    }
  }
  return changed;
}

/** Whether the brace follows a name that begins an item, with a blank between. */
function opensItem(text: Buffer, brace: number): boolean {
  const start = brace === 0 ? 0 : text.lastIndexOf('\n', brace - 1) + 1;
  return OPENS_ITEM.test(text.subarray(start, brace).toString());
}

function endOfLine(text: Buffer, byte: number): number {
  const end = text.indexOf('\n', byte);
  return end === -1 ? text.length : end;
}

function lastBefore(text: Buffer, byte: number): { at: number; char: string } | undefined {
  let at = byte - 1;
  while (at >= 0 && /\s/.test(String.fromCharCode(text[at] ?? 0))) at--;
  return at < 0 ? undefined : { at, char: String.fromCharCode(text[at] ?? 0) };
}

function withByte(text: Buffer, at: number, char: string): Buffer {
  const changed = Buffer.from(text);
  changed.write(char, at, 'latin1');
  return changed;
}

const QUOTED_NAME = /^"(?:[^"\\\n]|\\.)+"(?=[ \t]*(?:=(?!=)|\{))/;
const DOTTED_NAME = /^[A-Za-z_][\w-]*(?:\.[\w-]+)+(?=[ \t]*(?:=(?!=)|\{))/;

/** A name as it is written at this byte, when HCL2 would not take it for one. */
function oddNameAt(text: Buffer, byte: number): string | undefined {
  const rest = restOfLine(text, byte);
  return (QUOTED_NAME.exec(rest) ?? DOTTED_NAME.exec(rest))?.[0];
}

function withStandIn(text: Buffer, byte: number, written: string, names: Map<number, string>): Buffer {
  const length = Buffer.byteLength(written);
  const numbered = `_${names.size.toString(36)}`.padEnd(length, '_').slice(0, length);
  const standIn = length > 1 ? numbered : String.fromCharCode(0x41 + (names.size % 26));
  const name = written.startsWith('"') ? written.slice(1, -1).replace(/\\(.)/g, '$1') : written;
  names.set(byte, name);
  return Buffer.concat([text.subarray(0, byte), Buffer.from(standIn), text.subarray(byte + length)]);
}

/** Breaks the block on the line of `byte` into lines, when it holds several items; else the text as it was. */
function withNewLines(text: Buffer, byte: number): Buffer {
  if (!startsItem(text, byte)) return text;
  const open = openBrace(text, byte);
  if (open === undefined) return text;
  const blanks = itemBlanks(text, open);
  if (blanks.length === 0) return text;
  const broken = Buffer.from(text);
  for (const blank of blanks) broken[blank] = 0x0a;
  return broken;
}

const ITEM = /^(?:[A-Za-z_][\w.-]*|"(?:[^"\\\n]|\\.)+")[ \t]*(?:=(?![=>])|\{|"[^"\n]*"[ \t]*\{)/;

function startsItem(text: Buffer, byte: number): boolean {
  return ITEM.test(restOfLine(text, byte));
}

function restOfLine(text: Buffer, byte: number): string {
  return text.subarray(byte, endOfLine(text, byte)).toString();
}

/** The brace before `byte`, on its line, that the block opens with. */
function openBrace(text: Buffer, byte: number): number | undefined {
  const start = byte === 0 ? 0 : text.lastIndexOf('\n', byte - 1) + 1;
  const open: number[] = [];
  for (const { at, char } of outsideQuotes(text, start)) {
    if (at >= byte) break;
    if (char === '{') open.push(at);
    if (char === '}') open.pop();
  }
  return open.at(-1);
}

/** The blanks after the brace, before each item of the block, and before the brace that closes it. */
function itemBlanks(text: Buffer, open: number): number[] {
  const blanks: number[] = [];
  let depth = 0;
  for (const { at, char } of outsideQuotes(text, open)) {
    if (depth === 1 && char === '}' && isBlank(text[at - 1])) blanks.push(at - 1);
    const begins = depth === 1 && isBlank(text[at - 1]) && startsItem(text, at);
    if (begins && !isLabel(text, open, at)) blanks.push(at - 1);
    if ('{[('.includes(char)) depth++;
    if ('}])'.includes(char) && --depth === 0) return blanks;
  }
  // The block goes on below: only what is on this line is broken up.
  return blanks;
}

/** `x "label" {` and `x label {`: what stands before the brace belongs to the name before it. */
function isLabel(text: Buffer, open: number, at: number): boolean {
  const name = /(?:^|[\s{}])([A-Za-z_][\w-]*)$/.exec(text.subarray(open, at).toString().trimEnd())?.[1];
  const opensBlock = /^(?:[\w-]+|"(?:[^"\\\n]|\\.)+")[ \t]*\{/.test(restOfLine(text, at));
  return opensBlock && name !== undefined && !['true', 'false', 'null'].includes(name);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** The characters from `start` to the end of the line that are not in quotes; a quote that opens is one of them. */
function* outsideQuotes(text: Buffer, start: number): Generator<{ at: number; char: string }> {
  let quoted = false;
  for (let at = start; at < text.length && text[at] !== 0x0a; at++) {
    const char = String.fromCharCode(text[at] ?? 0);
    if (!quoted) yield { at, char };
    if (char === '\\' && quoted) at++;
    else if (char === '"') quoted = !quoted;
  }
}

function located(
  result: ParseResult,
  original: Buffer,
  text: Buffer,
): ParseResult & { placeOf: (range: Range) => Range } {
  const moved = countLines(text, text.length) !== countLines(original, original.length);
  const placeOf = (range: Range): Range =>
    moved ? { ...range, start: placeAt(original, range.start.byte), end: placeAt(original, range.end.byte) } : range;
  const diagnostics = result.diagnostics.map((diagnostic) =>
    diagnostic.range === undefined ? diagnostic : { ...diagnostic, range: placeOf(diagnostic.range) },
  );
  return { ...result, diagnostics, placeOf };
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function placeAt(source: Buffer, byte: number): Pos {
  const lineStart = byte === 0 ? 0 : source.lastIndexOf('\n', byte - 1) + 1;
  const before = source.subarray(lineStart, byte).toString();
  return { line: countLines(source, byte), column: [...segmenter.segment(before)].length + 1, byte };
}

function countLines(source: Buffer, end: number): number {
  return source.subarray(0, end).toString().split('\n').length;
}
