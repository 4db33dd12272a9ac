import type { Expression } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Type } from './types.ts';

/** Reads a type constraint: `list(string)`, `object({ a = number, b = optional(bool, true) })`. */
export function parseType(_expression: Expression): { type?: Type; diagnostics: Diagnostic[] } {
  throw new Error('being written');
}
