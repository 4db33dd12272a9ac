import { randomInt } from 'node:crypto';
import { FunctionError } from '../../../errors.ts';
import type { FunctionSet } from '../../../functions.ts';
import { raw, Typed } from '../../../values.ts';
import { countOf, float64, floatOf, int64, ofValues, wholeOf } from './casts.ts';
import { decimalOf, numberOf } from './decimals.ts';

/** Whole numbers have 64 bits; those that end in `f` are of decimal fractions, and exact where they can be. */
export const sprigNumbers: FunctionSet = {
  /** Their sum. */
  add: whole((a, b) => a + b),
  /** One more. */
  add1: ofValues(1, (value) => int64(wholeOf(value) + 1n)),
  /** Their difference. */
  sub: ofValues(2, (a, b) => int64(wholeOf(a) - wholeOf(b))),
  /** Their product. */
  mul: whole((a, b) => a * b),
  /** Their quotient, without its fraction. */
  div: ofValues(2, (a, b) => int64(wholeOf(a) / nonZero(wholeOf(b)))),
  /** What is left of a division. */
  mod: ofValues(2, (a, b) => int64(wholeOf(a) % nonZero(wholeOf(b)))),
  /** The greatest one. */
  max: whole(greater),
  /** The same. */
  biggest: whole(greater),
  /** The least one. */
  min: whole(lesser),
  /** Their sum. */
  addf: { min: 1, call: (...values) => float64(numberOf(values.map(decimalOf).reduce((a, b) => a.plus(b)))) },
  /** One more. */
  add1f: ofValues(1, (value) => float64(numberOf(decimalOf(value).plus(decimalOf(1))))),
  /** Without all that follow. */
  subf: { min: 1, call: (...values) => float64(numberOf(values.map(decimalOf).reduce((a, b) => a.minus(b)))) },
  /** Their product. */
  mulf: { min: 1, call: (...values) => float64(numberOf(values.map(decimalOf).reduce((a, b) => a.times(b)))) },
  /** Divided by all that follow. */
  divf: { min: 1, call: (...values) => float64(values.map(floatOf).reduce(quotient)) },
  /** The greatest one. */
  maxf: { min: 1, call: (...values) => float64(Math.max(...values.map(floatOf))) },
  /** The least one. */
  minf: { min: 1, call: (...values) => float64(Math.min(...values.map(floatOf))) },
  /** The whole number below. */
  floor: ofValues(1, (value) => float64(Math.floor(floatOf(value)))),
  /** The whole number above. */
  ceil: ofValues(1, (value) => float64(Math.ceil(floatOf(value)))),
  /** With so many digits behind the point; from the third argument (0.5) on upwards. */
  round: {
    min: 2,
    max: 3,
    call: (value, digits, on = 0.5) => float64(rounded(floatOf(value), countOf(digits), floatOf(on))),
  },
  /** A random number from the first up to, but not including, the second: another one at each rendering. */
  randInt: ofValues(2, (from, to) => between(countOf(from), countOf(to))),
  /** The whole number that a text is; 0 for any other text. */
  atoi: ofValues(1, (text) => (/^[+-]?\d{1,15}$/.test(String(raw(text))) ? Number(raw(text)) : 0)),
  /** As a whole number. */
  int: ofValues(1, (value) => wholeOf(value)),
  /** The same, of 64 bits. */
  int64: ofValues(1, (value) => int64(wholeOf(value))),
  /** As a number with a fraction. */
  float64: ofValues(1, (value) => float64(floatOf(value))),
  /** The number that octal digits are, such as those of permissions. */
  toDecimal: ofValues(1, (value) => int64(/^[0-7]+$/.test(String(raw(value))) ? BigInt(`0o${raw(value)}`) : 0n)),
  /** The numbers from 0 up to, but not including, this one. */
  until: ofValues(1, (end) => steps(0, countOf(end), countOf(end) < 0 ? -1 : 1)),
  /** From the first up to, but not including, the second, in steps of the third. */
  untilStep: ofValues(3, (from, to, by) => steps(countOf(from), countOf(to), countOf(by))),
  /** As the command `seq`: up to an end, from a start, with a step between the two. */
  seq: { max: 3, call: (...given) => sequence(given.map(countOf)) },
};

function whole(of: (a: bigint, b: bigint) => bigint) {
  return { min: 1, call: (...values: readonly unknown[]) => int64(values.map(wholeOf).reduce(of)) };
}

// Math.max takes no bigint.
function greater(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

function lesser(a: bigint, b: bigint): bigint {
  return greater(a, b) === a ? b : a;
}

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new FunctionError('runtime error: integer divide by zero');
  return value;
}

function quotient(a: number, b: number): number {
  if (b === 0) throw new FunctionError('divf: division by 0');
  return a / b;
}

function rounded(value: number, digits: number, on: number): number {
  const power = 10 ** digits;
  const scaled = value * power;
  const rest = Math.abs(scaled - Math.trunc(scaled));
  const whole = rest >= on ? Math.trunc(scaled) + Math.sign(scaled) : Math.trunc(scaled);
  return whole / power;
}

function between(from: number, to: number): number {
  if (to <= from) throw new FunctionError(`randInt: there is no number from ${from} to below ${to}`);
  return randomInt(from, to);
}

/** More of them are a mistake, and would hold up whoever renders. */
const MOST = 100_000;

function steps(from: number, to: number, by: number): Typed {
  const length = by === 0 ? 0 : Math.max(0, Math.ceil((to - from) / by));
  if (length > MOST) throw new FunctionError(`more than ${MOST} numbers`);
  return new Typed(
    '[]int',
    Array.from({ length }, (_, at) => from + at * by),
  );
}

function sequence(given: readonly number[]): string {
  const [first = 0, second, third] = given;
  if (given.length === 0) return '';
  const [start, end] = second === undefined ? [1, first] : third === undefined ? [first, second] : [first, third];
  const towards = end < start ? -1 : 1;
  const by = third === undefined || second === undefined ? towards : second;
  if (Math.sign(by) !== towards && start !== end) return '';
  const { value } = steps(start, end + towards, by);
  return (value as number[]).join(' ');
}
