import type { Expression } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Scope } from './scope.ts';
import type { Value } from './values.ts';

/** The value of an expression; where it has none, an unknown value and the reasons in `diagnostics`. */
export function evaluate(_expression: Expression, _scope: Scope): { value: Value; diagnostics: Diagnostic[] } {
  throw new Error('being written');
}
