import type { Expression } from './ast.ts';
import { type Diagnostic, errorAt } from './diagnostic.ts';
import type { Range } from './position.ts';
import type { Budget, Scope } from './scope.ts';
import { sizeOf } from './size.ts';
import { typeOf, unknown, type Value } from './values.ts';

/** An evaluation in progress: what names mean, what went wrong so far, and how to go on with a part. */
export type Evaluation = {
  scope: Scope;
  diagnostics: Diagnostic[];
  compute: (expression: Expression, evaluation: Evaluation) => Value;
  /** Counted down for all parts together. */
  budget: Budget;
};

/** Thrown when an expression would take too much; caught where the evaluation began. The message is a sentence. */
export class EvaluationLimit extends Error {
  readonly code = 'hcl.limit';
}

export const TOO_MUCH = 'The loops of this expression make too many elements, or too much text.';

/** Takes what a text costs from the budget. */
export function chargeText({ budget }: Evaluation, characters: number): void {
  budget.left -= Math.floor(characters / CHARACTERS_PER_STEP);
}

/** Takes what going through values costs. */
export function chargeValues({ budget }: Evaluation, values: readonly Value[]): void {
  for (const value of values) budget.left -= Math.floor(sizeOf(value) / VALUES_PER_STEP);
}

const CHARACTERS_PER_STEP = 64;
const VALUES_PER_STEP = 16;

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
