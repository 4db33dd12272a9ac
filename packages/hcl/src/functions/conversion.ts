import { convert, isFailure } from '../convert.ts';
import { hasErrors } from '../diagnostic.ts';
import { parseType } from '../type-expression.ts';
import { falseValue, isWhollyKnown, trueValue, unknown, type Value } from '../values.ts';
import { FunctionError, type HclFunction, type LazyArgument } from './function.ts';

/** The second argument is not a value but a type constraint. */
function convertTo([source, wanted]: readonly LazyArgument[]): Value {
  const { type, diagnostics } = parseType(wanted!.expression);
  if (!type) throw new FunctionError('the type cannot be read', 1, diagnostics);
  const given = source!.evaluate();
  if (hasErrors(given.diagnostics)) throw new FunctionError('the value has mistakes', 0, given.diagnostics);
  const result = convert(given.value, type);
  if (!isFailure(result)) return result;
  throw new FunctionError(result.path ? `${result.path}: ${result.failure}` : result.failure, 0);
}

/** The first argument that has a value. */
function firstOf(args: readonly LazyArgument[]): Value {
  if (args.length === 0) throw new FunctionError('at least one argument is needed');
  const reasons: string[] = [];
  for (const argument of args) {
    const { value, diagnostics } = argument.evaluate();
    if (!hasErrors(diagnostics)) return value;
    reasons.push(diagnostics[0]!.detail);
  }
  throw new FunctionError(`no argument has a value: ${reasons.join(' ')}`.replace(/\.$/, ''));
}

function canEvaluate([argument]: readonly LazyArgument[]): Value {
  const { value, diagnostics } = argument!.evaluate();
  if (hasErrors(diagnostics)) return falseValue;
  return isWhollyKnown(value) ? trueValue : unknown;
}

export const conversionFunctions: Readonly<Record<string, HclFunction>> = {
  /** Whether an expression has a value. */
  can: { kind: 'lazy', params: [{ name: 'expression' }], call: canEvaluate },
  /** The value as a type: convert("1", number), convert([1], set(string)). */
  convert: { kind: 'lazy', params: [{ name: 'value' }, { name: 'type' }], call: convertTo },
  /** The first expression that has a value. */
  try: { kind: 'lazy', params: [], variadic: { name: 'expressions' }, call: firstOf },
};
