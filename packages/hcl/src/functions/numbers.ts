import * as big from '../big-float.ts';
import { anyType, numberType } from '../types.ts';
import { listValue, numberValue, type Value } from '../values.ts';
import { define, defineVariadic, doubleOf, number, numberOf, param, wholeOf } from './arguments.ts';
import { FunctionError, type HclFunction } from './function.ts';

/** Calculations in doubles, as their documentation has it. */
function double(result: number): Value {
  if (Number.isNaN(result)) throw new FunctionError('the result is not a number');
  return numberValue(big.fromDouble(result)!);
}

function extreme(name: string, wins: (order: number) => boolean): HclFunction {
  return defineVariadic([], number('numbers'), (_, rest) => {
    const [first, ...others] = rest.map(numberOf);
    if (!first) throw new FunctionError(`${name} needs at least one number`);
    return numberValue(others.reduce((best, n) => (wins(big.compare(n, best)) ? n : best), first));
  });
}

const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Up to base 36 the case of letters means nothing; beyond it, capitals follow the small letters. */
function parseInteger(source: string, base: number): bigint | undefined {
  const [, sign, magnitude] = /^([+-]?)([0-9a-zA-Z]+)$/.exec(base <= 36 ? source.toLowerCase() : source) ?? [];
  if (magnitude === undefined) return undefined;
  if (magnitude.length > MAX_DIGITS) throw new FunctionError(`more than ${MAX_DIGITS} digits cannot be meant`, 0);
  let total = 0n;
  for (const digit of magnitude) {
    const value = digits.indexOf(digit);
    if (value >= base) return undefined;
    total = total * BigInt(base) + BigInt(value);
  }
  return sign === '-' ? -total : total;
}

const MAX_DIGITS = 10_000;

const parseint = define([param('number', anyType), number('base')], (source, baseValue) => {
  if (source?.kind !== 'string') throw new FunctionError('a text is needed', 0);
  const base = wholeOf(baseValue, 'the base', 1);
  if (base < 2 || base > 62) throw new FunctionError('the base must be from 2 to 62', 1);
  const result = parseInteger(source.value, base);
  if (result === undefined) throw new FunctionError(`"${source.value}" is not a whole number in base ${base}`, 0);
  return numberValue(result);
});

const MAX_RANGE = 1024;

const range = defineVariadic([], number('numbers'), (_, rest) => {
  const [start, limit, step] = rangeBounds(rest.map(numberOf));
  const direction = big.compare(step, big.zero());
  if (direction === 0) throw new FunctionError('the step must not be zero');
  if (big.compare(limit, start) * direction < 0) {
    throw new FunctionError(`with this step the limit must be ${direction > 0 ? 'above' : 'below'} the start`, 1);
  }
  const numbers: Value[] = [];
  for (let n = start; big.compare(limit, n) * direction > 0; n = big.add(n, step)!) {
    if (numbers.length === MAX_RANGE) throw new FunctionError(`more than ${MAX_RANGE} numbers would result`);
    numbers.push(numberValue(n));
  }
  return listValue(numberType, numbers);
});

type Bounds = [big.BigFloat, big.BigFloat, big.BigFloat];

function rangeBounds([a, b, step, extra]: readonly big.BigFloat[]): Bounds {
  if (!a || extra) throw new FunctionError('one, two or three numbers are needed');
  const [start, limit] = b ? [a, b] : [big.fromInteger(0), a];
  return [start, limit, step ?? big.fromInteger(big.compare(limit, start) < 0 ? -1 : 1)];
}

export const numberFunctions: Readonly<Record<string, HclFunction>> = {
  /** The number without its sign. */
  abs: define([number('num')], (n) => numberValue(big.absolute(numberOf(n)))),
  /** The nearest whole number that is not less. */
  ceil: define([number('num')], (n) => numberValue(big.ceiling(numberOf(n)))),
  /** The nearest whole number that is not greater. */
  floor: define([number('num')], (n) => numberValue(big.floor(numberOf(n)))),
  /** The logarithm of a number in a base. */
  log: define([number('num'), number('base')], (n, base) => double(Math.log(doubleOf(n)) / Math.log(doubleOf(base)))),
  /** The greatest of the numbers. */
  max: extreme('max', (order) => order > 0),
  /** The least of the numbers. */
  min: extreme('min', (order) => order < 0),
  /** The whole number that a text is in a base from 2 to 62. */
  parseint,
  /** A number to a power. */
  pow: define([number('num'), number('power')], (n, power) => double(doubleOf(n) ** doubleOf(power))),
  /** Numbers from a start (0) up to, but not including, a limit; at most 1,024. */
  range,
  /** -1, 0 or 1, by the sign. */
  signum: define([number('num')], (n) => {
    if (!big.isWhole(numberOf(n))) throw new FunctionError('the number must be whole');
    return numberValue(Math.sign(big.compare(numberOf(n), big.zero())));
  }),
};
