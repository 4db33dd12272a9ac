import { isUtf8 } from 'node:buffer';
import type { Body, Expression } from '../ast.ts';
import { type Diagnostic, errorAt } from '../diagnostic.ts';
import { parseJsonBody } from '../json/json-body.ts';
import { advance, type Pos, startOfFile } from '../position.ts';
import { parseBody } from './body.ts';
import { expectEnd, parseExpressionHere, parseTernary } from './expression.ts';
import { lex } from './lexer.ts';
import { allMistakes } from './lexical-mistakes.ts';
import { TokenStream } from './token-stream.ts';

/** `directives: false` takes `%{` as text, as the first version of HCL did. */
export type ParseOptions = { directives?: boolean };

export type ParseResult = { body: Body; diagnostics: Diagnostic[] };
/** `expression` is missing only where nothing could be read. */
export type ParsedExpression = { expression?: Expression; diagnostics: Diagnostic[] };

/**
 * Reads a file: JSON syntax when it begins as a JSON object does or `filename` ends in `.json`, else native syntax.
 * The body holds as much as could be read, whatever the diagnostics say.
 */
export function parse(source: string | Uint8Array, filename: string, options: ParseOptions = {}): ParseResult {
  const { text, mistake } = decode(source, filename);
  const { body, diagnostics } = isJson(text, filename)
    ? parseJsonBody(text, filename)
    : parseNative(text, filename, options);
  // What else there is to say about a text in another encoding would only lead astray.
  return { body, diagnostics: mistake ? [mistake] : diagnostics };
}

/** A file is in JSON syntax when it begins as a JSON object does, or says so by its name. */
export function isJson(text: string, filename: string): boolean {
  return filename.endsWith('.json') || /^\ufeff?\s*\{\s*(?:["}]|$)/.test(text);
}

function parseNative(text: string, filename: string, { directives }: ParseOptions): ParseResult {
  const tokens = lex(text, { filename, directives });
  const stream = new TokenStream(text, tokens, true, parseTernary);
  const body = parseBody(stream, 'end of file');
  return { body, diagnostics: allMistakes(tokens, stream.diagnostics) };
}

/** Reads one expression alone; newlines in it are blanks. `start` is where it stands in its file. */
export function parseExpression(source: string, filename: string, start: Pos = startOfFile): ParsedExpression {
  const tokens = lex(source, { filename, start });
  const stream = new TokenStream(source, tokens, false, parseTernary);
  const { expression, failed } = parseExpressionHere(stream);
  if (!failed) expectEnd(stream);
  const diagnostics = allMistakes(tokens, stream.diagnostics);
  return failed ? { diagnostics } : { expression, diagnostics };
}

function decode(source: string | Uint8Array, filename: string): { text: string; mistake?: Diagnostic } {
  if (typeof source === 'string') return { text: source };
  const byteOrder = utf16Mark(source);
  if (byteOrder) return { text: '', mistake: wrongEncoding(filename, startOfFile, `The file is in ${byteOrder}.`) };
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(source);
  if (isUtf8(source)) return { text };
  const place = advance(startOfFile, text.slice(0, firstReplaced(text, source)));
  return { text, mistake: wrongEncoding(filename, place, 'Here are bytes that are not UTF-8.') };
}

function wrongEncoding(filename: string, start: Pos, detail: string): Diagnostic {
  const range = { filename, start, end: start };
  return errorAt(range, 'Invalid character encoding', detail, { remedy: 'save the file as UTF-8' });
}

/** Index of the first replacement character that the bytes do not hold themselves. */
function firstReplaced(text: string, bytes: Uint8Array): number {
  for (let i = text.indexOf('\ufffd'); i >= 0; i = text.indexOf('\ufffd', i + 1)) {
    const at = Buffer.byteLength(text.slice(0, i));
    if (bytes[at] !== 0xef || bytes[at + 1] !== 0xbf || bytes[at + 2] !== 0xbd) return i;
  }
  return 0;
}

function utf16Mark([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'UTF-16 (little-endian)';
  return first === 0xfe && second === 0xff ? 'UTF-16 (big-endian)' : undefined;
}
