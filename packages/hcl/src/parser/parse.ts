import type { Body, Expression } from '../ast.ts';
import { type Diagnostic, errorAt } from '../diagnostic.ts';
import { parseJsonBody } from '../json/json-body.ts';
import { type Pos, startOfFile } from '../position.ts';
import { parseBody } from './body.ts';
import { expectEnd, parseExpressionHere, parseTernary } from './expression.ts';
import { lex } from './lexer.ts';
import { lexicalMistakes } from './lexical-mistakes.ts';
import { TokenStream } from './token-stream.ts';

export type ParseResult = { body: Body; diagnostics: Diagnostic[] };
/** `expression` is missing only where nothing could be read. */
export type ParsedExpression = { expression?: Expression; diagnostics: Diagnostic[] };

/**
 * Reads a file: JSON syntax when it begins as a JSON object does or `filename` ends in `.json`, else native syntax.
 * The body holds as much as could be read, whatever the diagnostics say.
 */
export function parse(source: string | Uint8Array, filename: string): ParseResult {
  const { text, diagnostics } = decode(source, filename);
  const result = isJson(text, filename) ? parseJsonBody(text, filename) : parseNative(text, filename);
  return { body: result.body, diagnostics: [...diagnostics, ...result.diagnostics] };
}

function isJson(text: string, filename: string): boolean {
  return filename.endsWith('.json') || /^\ufeff?\s*\{\s*(?:["}]|$)/.test(text);
}

function parseNative(text: string, filename: string): ParseResult {
  const tokens = lex(text, { filename });
  const stream = new TokenStream(text, tokens, true, parseTernary);
  const body = parseBody(stream, 'end of file');
  return { body, diagnostics: [...lexicalMistakes(tokens), ...stream.diagnostics] };
}

/** Reads one expression alone; newlines in it are blanks. `start` is where it stands in its file. */
export function parseExpression(source: string, filename: string, start: Pos = startOfFile): ParsedExpression {
  const tokens = lex(source, { filename, start });
  const stream = new TokenStream(source, tokens, false, parseTernary);
  const { expression, failed } = parseExpressionHere(stream);
  if (!failed) expectEnd(stream);
  const diagnostics = [...lexicalMistakes(tokens), ...stream.diagnostics];
  return failed ? { diagnostics } : { expression, diagnostics };
}

function decode(source: string | Uint8Array, filename: string): { text: string; diagnostics: Diagnostic[] } {
  if (typeof source === 'string') return { text: source, diagnostics: [] };
  const byteOrder = utf16Mark(source);
  if (byteOrder) {
    const range = { filename, start: startOfFile, end: startOfFile };
    const detail = `The file is in ${byteOrder}, not in UTF-8.`;
    return {
      text: '',
      diagnostics: [errorAt(range, 'Invalid character encoding', detail, { remedy: 'save it as UTF-8' })],
    };
  }
  return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(source), diagnostics: [] };
}

function utf16Mark([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'UTF-16 (little-endian)';
  return first === 0xfe && second === 0xff ? 'UTF-16 (big-endian)' : undefined;
}
