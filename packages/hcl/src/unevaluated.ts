import type { Expression } from './ast.ts';
import { type ParsedExpression, parseExpression } from './parser/parse.ts';

/**
 * An expression whose form counts instead of its value, as a type or the name of an iterator: in JSON syntax the one
 * that its text holds.
 */
export function unevaluated(expression: Expression): ParsedExpression {
  if (expression.kind !== 'template' || expression.jsonText === undefined) return { expression, diagnostics: [] };
  const { filename, start } = expression.range;
  const behindQuote = { ...start, column: start.column + 1, byte: start.byte + 1 };
  return parseExpression(expression.jsonText, filename, behindQuote);
}
