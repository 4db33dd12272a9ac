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
  /** How many more expressions may be evaluated, counted down for all parts together. */
  budget: { left: number };
};

/** Thrown when an expression would take too much; caught where the evaluation began. The message is a sentence. */
export class EvaluationLimit extends Error {
  readonly code = 'hcl.limit';
}

/** Reports and gives the value that stands for a failure. */
export function refuse(
  { diagnostics }: Evaluation,
  range: Range,
  summary: string,
  detail: string,
  more?: { context?: Range; remedy?: string },
): Value {
  const diagnostic = errorAt(range, summary, detail, more);
  // Elements that are gone through share their mistakes: one mention is enough.
  if (!isSame(diagnostics.at(-1), diagnostic)) diagnostics.push(diagnostic);
  return unknown;
}

function isSame(a: Diagnostic | undefined, b: Diagnostic): boolean {
  return a?.range === b.range && a?.summary === b.summary && a.detail === b.detail;
}

/** A kind of value with its article, for messages. */
export function withArticle(value: Value): string {
  const { kind } = typeOf(value);
  if (value.kind === 'null') return 'null';
  return kind === 'object' || kind === 'any' ? `an ${kind}` : `a ${kind}`;
}
