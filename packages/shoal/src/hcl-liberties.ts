import type { ParseResult, Pos, Range } from '@shoal/hcl';

export type LiberalResult = ParseResult & {
  /** The real name of what was quoted or had dots at this byte of the source. */
  readonly nameAt: (byte: number) => string | undefined;
  /** The true place of a range of this result. */
  readonly placeOf: (range: Range) => Range;
};

/**
 * The peers' own configuration is in the first version of HCL, which allows three things that HCL2 does not: quoted names
 * (`"driver.allowlist" = "docker"`), names with dots (`driver.raw_exec.enable = "1"`), and blocks of several arguments on
 * one line (`ports { http = 1  dns = 2 }`). Where the parser stumbles over one of them, the text is changed without moving
 * a byte, and read again: another name of the same length, a new line in place of a blank.
 */
export function parseLiberally(source: string, parse: (source: string) => ParseResult): LiberalResult {
  const names = new Map<number, string>();
  const original = Buffer.from(source);
  let text: Buffer = original;
  for (;;) {
    const result = parse(text.toString());
    const changed = result.diagnostics
      .flatMap(({ severity, range }) => (severity === 'error' && range !== undefined ? [range.start.byte] : []))
      .reduce((changing, byte) => changedAt(changing, byte, names), text);
    if (changed === text) return { ...located(result, original, text), nameAt: (byte) => names.get(byte) };
    text = changed;
  }
}

function changedAt(text: Buffer, byte: number, names: Map<number, string>): Buffer {
  const written = names.has(byte) ? undefined : oddNameAt(text, byte);
  if (written !== undefined) return withStandIn(text, byte, written, names);
  return withNewLines(text, byte);
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
  const standIn = `_${names.size.toString(36)}`.padEnd(length, '_').slice(0, length);
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
  const end = text.indexOf('\n', byte);
  return text.subarray(byte, end === -1 ? text.length : end).toString();
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
