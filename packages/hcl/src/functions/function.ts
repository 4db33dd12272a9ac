import type { Expression } from '../ast.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { Type } from '../types.ts';
import type { Value } from '../values.ts';

/** `type` is what the argument is converted to; a null reaches `call` only with `allowNull`, an unknown only with `allowUnknown`. */
export type Param = { name: string; type: Type; allowNull?: boolean; allowUnknown?: boolean };

/** A function whose arguments are evaluated and converted before the call. `call` throws FunctionError to refuse. */
export type EagerFunction = {
  kind: 'eager';
  params: readonly Param[];
  /** Takes all further arguments. */
  variadic?: Param;
  call: (args: readonly Value[]) => Value;
  /** What a call costs of the budget, where that is more than going through its arguments. */
  steps?: (args: readonly Value[]) => number;
};

/** An argument that the function itself evaluates, or reads as it stands. */
export type LazyArgument = { expression: Expression; evaluate: () => { value: Value; diagnostics: Diagnostic[] } };

/** A function that decides itself what to do with its arguments: `try`, `can`, `convert`. */
export type LazyFunction = {
  kind: 'lazy';
  params: readonly { name: string }[];
  variadic?: { name: string };
  call: (args: readonly LazyArgument[]) => Value;
};

export type HclFunction = EagerFunction | LazyFunction;

/** The function refuses its arguments. `argument` is the index of the guilty one, `diagnostics` say more where they exist. */
export class FunctionError extends Error {
  readonly code = 'hcl.function';
  readonly argument: number | undefined;
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, argument?: number, diagnostics: readonly Diagnostic[] = []) {
    super(message);
    this.name = 'FunctionError';
    this.argument = argument;
    this.diagnostics = diagnostics;
  }
}
