import type { Value } from '../values.ts';
import { stringValue } from '../values.ts';
import { number, text, textOf, wholeOf } from './arguments.ts';
import { BCRYPT_MAX_BYTES, bcrypt } from './bcrypt.ts';
import type { RandomBytes } from './digests.ts';
import { FunctionError, type HclFunction } from './function.ts';

const DEFAULT_COST = 10;
/** Each step doubles the time; this one takes seconds, in which the process does nothing else. */
const MAX_COST = 14;

export function bcryptFunctions(randomBytes: RandomBytes): Readonly<Record<string, HclFunction>> {
  const call = ([password, costValue, extra]: readonly Value[]): Value => {
    if (extra) throw new FunctionError('there is one cost at most');
    const cost = costValue === undefined ? DEFAULT_COST : wholeOf(costValue, 'the cost');
    if (cost > MAX_COST) throw new FunctionError(`the cost must be from 4 to ${MAX_COST}`);
    const bytes = Buffer.from(textOf(password));
    return stringValue(bcrypt(bytes.subarray(0, BCRYPT_MAX_BYTES), cost < 4 ? DEFAULT_COST : cost, randomBytes(16)));
  };
  return { bcrypt: { kind: 'eager', params: [text('str')], variadic: number('cost'), call } };
}
