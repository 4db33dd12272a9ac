import { FunctionError } from '../../../errors.ts';
import type { FunctionSet } from '../../../functions.ts';
import { checkSize } from '../../../value-size.ts';
import { element, entries, isTrue, kindOf, raw, Typed, typeName } from '../../../values.ts';
import { alsoMust, textList, textOfValue } from './casts.ts';
import type { Spend } from './lists.ts';
import { deepCopy } from './same.ts';

type Dict = Record<string, unknown>;

/** Dicts are maps of texts to anything. `set`, `unset` and the two merges change the one that they are given. */
export function sprigDicts(spend: Spend): FunctionSet {
  const members = (value: unknown) => {
    const found = entries(dictOf(value));
    spend(found.length + 1);
    return found;
  };
  const filtered = (value: unknown, keep: (key: string) => boolean) =>
    Object.fromEntries(
      members(value)
        .filter(([key]) => keep(String(key)))
        .map(([key, item]) => [String(key), item]),
    );

  /** Fills what is empty in the first dict, or (`over`) replaces what is not empty in the others. */
  function merge(into: Dict, from: Dict, over: boolean): void {
    for (const [name, item] of members(from)) {
      const key = String(name);
      const own = element(into, key);
      if (isDict(own) && isDict(item)) merge(own, item, over);
      else if (over ? isTrue(item) || own === undefined : !isTrue(own)) put(into, key, item);
    }
  }

  const merging = (over: boolean) => ({
    min: 1,
    call: (into: unknown, ...others: readonly unknown[]) => {
      const target = changeable(into);
      // Copies: what is merged into later must not change what it came from.
      for (const other of others) merge(target, deepCopy(dictOf(other)) as Dict, over);
      checkSize(target);
      return target;
    },
  });

  return {
    /** A dict of keys and values, one after the other. */
    dict: { call: (...pairs) => dictOfPairs(pairs) },
    /** The value of a key, or an empty text. */
    get: { min: 2, max: 2, call: (dict, key) => element(dictOf(dict), textOfValue(key)) ?? '' },
    /** Sets a key, and gives the dict back. */
    set: {
      min: 3,
      max: 3,
      call: (dict, key, value) => {
        const target = changeable(dict);
        spend(1);
        if (raw(value) === target) throw new FunctionError('set: a dict cannot hold itself');
        put(target, textOfValue(key), value);
        return target;
      },
    },
    /** Removes a key, and gives the dict back. */
    unset: {
      min: 2,
      max: 2,
      call: (dict, key) => {
        const target = changeable(dict);
        delete target[textOfValue(key)];
        return target;
      },
    },
    /** Whether it has the key. */
    hasKey: { min: 2, max: 2, call: (dict, key) => element(dictOf(dict), textOfValue(key)) !== undefined },
    /** The values of a key in several dicts. */
    pluck: {
      min: 1,
      call: (key, ...dicts) =>
        dicts.map((dict) => element(dictOf(dict), textOfValue(key))).filter((value) => value !== undefined),
    },
    /** The keys of all dicts. */
    keys: { call: (...dicts) => textList(dicts.flatMap((dict) => members(dict).map(([key]) => String(key)))) },
    /** The values of a dict. */
    values: { min: 1, max: 1, call: (dict) => members(dict).map(([, value]) => value) },
    /** Only these keys. */
    pick: { min: 1, call: (dict, ...keys) => filtered(dict, (key) => keys.some((one) => textOfValue(one) === key)) },
    /** All but these keys. */
    omit: { min: 1, call: (dict, ...keys) => filtered(dict, (key) => !keys.some((one) => textOfValue(one) === key)) },
    /** The value behind several keys; before the dict stands what it is worth if there is none. */
    dig: { min: 3, call: dig },
    ...alsoMust({
      /** Others into the first one, whose values count more. */
      merge: merging(false),
      /** Others into the first one; the last one's values count most. */
      mergeOverwrite: merging(true),
      /** The value anew, with all that is in it. */
      deepCopy: {
        min: 1,
        max: 1,
        call: (value) => {
          spend(1);
          return deepCopy(value);
        },
      },
    }),
  };
}

function isDict(value: unknown): value is Dict {
  return kindOf(value) === 'map' && !(value instanceof Typed);
}

function dictOf(value: unknown): unknown {
  if (kindOf(value) === 'map') return value;
  throw new FunctionError(`it needs a dict, and not ${typeName(value)}`);
}

/** Data that templates share is of types of its own, and is not changed. */
function changeable(value: unknown): Dict {
  if (isDict(value) && !(value instanceof Map) && Object.isExtensible(value)) return value;
  throw new FunctionError(`only a dict can be changed, and not ${typeName(value)}: make one with dict or deepCopy`);
}

function put(dict: Dict, key: string, value: unknown): void {
  Object.defineProperty(dict, key, { value, enumerable: true, writable: true, configurable: true });
}

function dictOfPairs(pairs: readonly unknown[]): Dict {
  const dict: Dict = {};
  for (let at = 0; at < pairs.length; at += 2)
    put(dict, textOfValue(pairs[at]), at + 1 < pairs.length ? pairs[at + 1] : '');
  return dict;
}

function dig(...given: readonly unknown[]): unknown {
  const keys = given.slice(0, -2).map(textOfValue);
  const [otherwise, dict] = given.slice(-2);
  let value: unknown = dictOf(dict);
  for (const key of keys) {
    value = kindOf(value) === 'map' ? element(value, key) : undefined;
    if (value === undefined) return otherwise;
  }
  return value;
}
