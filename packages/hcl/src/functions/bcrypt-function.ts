import type { Value } from '../values.ts';
import { stringValue } from '../values.ts';
import { number, text, textOf, wholeOf } from './arguments.ts';
import { BCRYPT_MAX_BYTES, bcrypt } from './bcrypt.ts';
import type { RandomBytes } from './digests.ts';
import { FunctionError, type HclFunction } from './function.ts';

const DEFAULT_COST = 10;
/** Each step doubles the time; this one takes seconds, in which the process does nothing else. */
const MAX_COST = 14;

/** One of the slowest, or four of the ordinary ones, are all that an expression has time for. */
const STEPS_AT_COST_0 = 100;
const MOST_STEPS = 400_000;

function costOf(value: Value | undefined): number {
  return value === undefined ? DEFAULT_COST : wholeOf(value, 'the cost');
}

export function bcryptFunctions(randomBytes: RandomBytes): Readonly<Record<string, HclFunction>> {
  const call = ([password, costValue, extra]: readonly Value[]): Value => {
    if (extra) throw new FunctionError('there is one cost at most');
    const cost = costOf(costValue);
    if (cost > MAX_COST) throw new FunctionError(`the cost must be from 4 to ${MAX_COST}`);
    const bytes = Buffer.from(textOf(password));
    return stringValue(bcrypt(bytes.subarray(0, BCRYPT_MAX_BYTES), cost < 4 ? DEFAULT_COST : cost, randomBytes(16)));
  };
  const steps = ([, costValue]: readonly Value[]): number =>
    Math.min(STEPS_AT_COST_0 * 2 ** costOf(costValue), MOST_STEPS);
  /** A salted hash of a password; it is slow on purpose, so a file may have few of them. */
  return { bcrypt: { kind: 'eager', params: [text('str')], variadic: number('cost'), call, steps } };
}
