import type { Expression } from './ast.ts';
import { type Diagnostic, errorAt } from './diagnostic.ts';
import type { Range } from './position.ts';
import type { Scope } from './scope.ts';
import { typeOf, unknown, type Value } from './values.ts';

/** An evaluation in progress: what names mean, what went wrong so far, and how to go on with a part. */
export type Evaluation = {
  scope: Scope;
  diagnostics: Diagnostic[];
  compute: (expression: Expression, evaluation: Evaluation) => Value;
};

/** Reports and gives the value that stands for a failure. */
export function refuse(
  { diagnostics }: Evaluation,
  range: Range,
  summary: string,
  detail: string,
  more?: { context?: Range; remedy?: string },
): Value {
  diagnostics.push(errorAt(range, summary, detail, more));
  return unknown;
}

/** A kind of value with its article, for messages. */
export function withArticle(value: Value): string {
  const { kind } = typeOf(value);
  if (value.kind === 'null') return 'null';
  return kind === 'object' || kind === 'any' ? `an ${kind}` : `a ${kind}`;
}
