import { FunctionError } from '../../../errors.ts';
import type { FunctionSet, TemplateFunction } from '../../../functions.ts';
import { isTrue } from '../../../values.ts';
import { alsoMust, countOf, listOf } from './casts.ts';
import { deepEqual } from './same.ts';

/** Accounts for the elements that a function goes through. */
export type Spend = (elements: number) => void;

/** Lists are not changed: each function makes a new one. */
export function sprigLists(spend: Spend): FunctionSet {
  const over = (name: string, call: (list: readonly unknown[]) => unknown): TemplateFunction => ({
    min: 1,
    max: 1,
    call: (list) => call(elements(name, list)),
  });
  const elements = (name: string, value: unknown): readonly unknown[] => {
    const found = value === null || value === undefined ? [] : listOf(name, value);
    spend(found.length + 1);
    return found;
  };
  // Each element is compared with others.
  const compared = (list: readonly unknown[], others: readonly unknown[]) => {
    spend(list.length * (others.length + 1));
    return (item: unknown) => others.some((other) => deepEqual(item, other));
  };

  function unique(list: readonly unknown[]): unknown[] {
    const found: unknown[] = [];
    for (const item of list) {
      spend(found.length);
      if (!found.some((known) => deepEqual(known, item))) found.push(item);
    }
    return found;
  }

  function part(value: unknown, bounds: readonly unknown[]): unknown[] {
    const list = elements('slice', value);
    const [from = 0, to = list.length] = bounds.map(countOf);
    if (from < 0 || to > list.length || from > to)
      throw new FunctionError(`slice: ${from} to ${to} is not within a list of ${list.length}`);
    return list.slice(from, to);
  }

  function chunks(size: number, list: readonly unknown[]): unknown[] {
    if (size < 1) throw new FunctionError('chunk: the size is at least 1');
    return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
  }

  const list: TemplateFunction = { call: (...values) => values };
  const append: TemplateFunction = { min: 2, max: 2, call: (given, item) => [...elements('append', given), item] };
  return {
    /** A list of the values. */
    list,
    /** The same. */
    tuple: list,
    /** The lists one behind the other. */
    concat: { call: (...lists) => lists.flatMap((one) => elements('concat', one)) },
    ...alsoMust({
      /** The first element, or nil. */
      first: over('first', (given) => given[0] ?? null),
      /** All but the first. */
      rest: over('rest', (given) => given.slice(1)),
      /** The last element, or nil. */
      last: over('last', (given) => given.at(-1) ?? null),
      /** All but the last. */
      initial: over('initial', (given) => given.slice(0, -1)),
      /** With one more at the end. */
      append,
      /** The same. */
      push: append,
      /** With one more at the beginning. */
      prepend: { min: 2, max: 2, call: (given, item) => [item, ...elements('prepend', given)] },
      /** The last one first. */
      reverse: over('reverse', (given) => [...given].reverse()),
      /** Each element once. */
      uniq: over('uniq', unique),
      /** Without these values. */
      without: {
        min: 1,
        call: (given, ...values) => {
          const from = elements('without', given);
          const isOut = compared(from, values);
          return from.filter((item) => !isOut(item));
        },
      },
      /** Whether the list, the second argument, has the value. */
      has: { min: 2, max: 2, call: (value, given) => compared([value], elements('has', given))(value) },
      /** Without empty elements. */
      compact: over('compact', (given) => given.filter(isTrue)),
      /** From an element up to another one. */
      slice: { min: 1, max: 3, call: (given, ...bounds) => part(given, bounds) },
      /** In lists of so many. */
      chunk: { min: 2, max: 2, call: (size, given) => chunks(countOf(size), elements('chunk', given)) },
    }),
  };
}
