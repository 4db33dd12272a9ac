import type { Body, Expression } from '../ast.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Pos } from '../position.ts';

export type ParseResult = { body: Body; diagnostics: Diagnostic[] };
/** `expression` is missing only where nothing at all could be read. */
export type ParsedExpression = { expression?: Expression; diagnostics: Diagnostic[] };

/**
 * Reads a file: JSON syntax when it begins with `{` or `filename` ends in `.json`, native syntax otherwise.
 * The body holds as much as could be read, whatever the diagnostics say.
 */
export function parse(_source: string | Uint8Array, _filename: string): ParseResult {
  throw new Error('being written');
}

/** Reads one expression alone; newlines in it are blanks. `start` is where it stands in its file. */
export function parseExpression(_source: string, _filename: string, _start?: Pos): ParsedExpression {
  throw new Error('being written');
}
