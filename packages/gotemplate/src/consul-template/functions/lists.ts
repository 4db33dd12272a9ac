import { FunctionError } from '../../errors.ts';
import type { FunctionSet } from '../../functions.ts';
import { items, kindOf, raw, Typed, typeName } from '../../values.ts';
import { parseInteger } from './parse.ts';

/** Asking what a list or text holds, and counting loops. */
export const listFunctions: FunctionSet = {
  /** Whether a list holds a value, or a text a part. */
  in: { min: 2, max: 2, call: (list, value) => holds(list, value) },
  /** The same, for pipes. */
  contains: { min: 2, max: 2, call: (value, list) => holds(list, value) },
  /** Whether a list holds all of the values. */
  containsAll: many((values, list) => values.every((value) => holds(list, value))),
  /** Whether it holds any of them. */
  containsAny: many((values, list) => values.some((value) => holds(list, value))),
  /** Whether it holds none of them. */
  containsNone: many((values, list) => values.every((value) => !holds(list, value))),
  /** Whether it lacks one of them. */
  containsNotAll: many((values, list) => values.some((value) => !holds(list, value))),
  /** Numbers up to, but not including, the last: for range. */
  loop: { min: 1, call: loop },
};

/** More turns than this are a mistake, and would hold up whoever renders. */
const MAX_TURNS = 1_000_000;

function many(decide: (values: readonly unknown[], list: unknown) => boolean) {
  const params = ['[]interface {}', 'any'] as const;
  return { min: 2, max: 2, params, call: (values: unknown, list: unknown) => decide(items(values), list) };
}

/** Lists compare value and type; a text holds its parts. */
function holds(list: unknown, value: unknown): boolean {
  const kind = kindOf(value);
  if (kindOf(list) === 'string') return kind === 'string' && String(raw(list)).includes(String(raw(value)));
  if (kindOf(list) !== 'list') return false;
  return items(list).some((item) => kindOf(item) === kind && same(item, value));
}

function same(a: unknown, b: unknown): boolean {
  const [left, right] = [raw(a), raw(b)];
  const wide = typeof left === 'bigint' || typeof right === 'bigint';
  return wide ? BigInt(left as bigint) === BigInt(right as bigint) : left === right;
}

function loop(...given: readonly unknown[]): Typed {
  if (given.length > 2) {
    throw new FunctionError(`loop: wrong number of arguments, expected 1 or 2, but got ${given.length}`);
  }
  const numbers = given.map(bound);
  const [start, stop] = numbers.length === 1 ? [0n, numbers[0] ?? 0n] : [numbers[0] ?? 0n, numbers[1] ?? 0n];
  if (stop - start > MAX_TURNS) throw new FunctionError(`loop: more than ${MAX_TURNS} turns`);
  const length = Math.max(0, Number(stop - start));
  const turns = Array.from({ length }, (_, index) => new Typed('int64', start + BigInt(index)));
  return new Typed('<-chan int64', turns);
}

function bound(value: unknown): bigint {
  switch (kindOf(value)) {
    case 'int':
    case 'uint':
      return BigInt(raw(value) as number | bigint);
    case 'string':
      return parseInteger('parseInt', String(raw(value)), 64n);
    case 'nil':
    case 'invalid':
      return 0n;
    default:
      throw new FunctionError(`loop: bad argument type: ${typeName(value)}`);
  }
}
