import { FunctionError } from '../../errors.ts';
import type { FunctionSet, TemplateFunction } from '../../functions.ts';
import { kindOf, raw, Typed, typeName } from '../../values.ts';

type Operation = {
  readonly whole: (a: bigint, b: bigint) => bigint;
  /** Missing: it does not take floats. */
  readonly float?: (a: number, b: number) => number;
};

/**
 * Arithmetic on 64-bit numbers. The number that is piped in comes last and stands first: `5 | subtract 2` is 3. With a float the result is one; of
 * two unsigned numbers it is unsigned.
 */
export const mathFunctions: FunctionSet = {
  /** Their sum. */
  add: arithmetic('add', { whole: (a, b) => a + b, float: (a, b) => a + b }),
  /** Their difference. */
  subtract: arithmetic('subtract', { whole: (a, b) => a - b, float: (a, b) => a - b }),
  /** Their product. */
  multiply: arithmetic('multiply', { whole: (a, b) => a * b, float: (a, b) => a * b }),
  /** Their quotient; of whole numbers a whole one. */
  divide: arithmetic('divide', { whole: (a, b) => a / nonZero(b), float: (a, b) => a / b }),
  /** What is left of a division. */
  modulo: arithmetic('modulo', { whole: (a, b) => a % nonZero(b) }),
  /** The lesser one. */
  minimum: arithmetic('minimum', { whole: smaller, float: Math.min }),
  /** The greater one. */
  maximum: arithmetic('maximum', { whole: larger, float: Math.max }),
};

// Math.min takes no bigint.
function smaller(a: bigint, b: bigint): bigint {
  if (a < b) return a;
  return b;
}

function larger(a: bigint, b: bigint): bigint {
  return smaller(a, b) === a ? b : a;
}

function arithmetic(name: string, operation: Operation): TemplateFunction {
  return { min: 2, max: 2, call: (b, a) => calculate(name, operation, a, b) };
}

function calculate(name: string, { whole, float }: Operation, a: unknown, b: unknown): Typed {
  const kinds = [a, b].map(kindOf);
  for (const [index, kind] of kinds.entries()) {
    const isNumber = kind === 'int' || kind === 'uint' || (kind === 'float' && float !== undefined);
    if (!isNumber) throw new FunctionError(`${name}: unknown type for ${describe([a, b][index])}`);
  }
  if (kinds.includes('float') && float) return new Typed('float64', float(Number(raw(a)), Number(raw(b))));
  const result = whole(BigInt(raw(a) as bigint), BigInt(raw(b) as bigint));
  const unsigned = kinds.every((kind) => kind === 'uint');
  return unsigned ? new Typed('uint64', BigInt.asUintN(64, result)) : new Typed('int64', BigInt.asIntN(64, result));
}

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new FunctionError('runtime error: integer divide by zero');
  return value;
}

function describe(value: unknown): string {
  return `${JSON.stringify(String(raw(value)))} (${typeName(value)})`;
}
