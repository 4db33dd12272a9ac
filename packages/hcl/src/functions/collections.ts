import { isWhole, toBigInt } from '../big-float.ts';
import { convert, isFailure } from '../convert.ts';
import { equals } from '../operators.ts';
import { MAX_SIZE } from '../size.ts';
import { anyType, listType, numberType, stringType, type Type } from '../types.ts';
import { unify } from '../unify.ts';
import {
  boolValue,
  compareText,
  listValue,
  mapValue,
  numberValue,
  objectValue,
  sortKey,
  stringValue,
  tupleValue,
  typeOf,
  type Value,
} from '../values.ts';
import {
  anything,
  define,
  defineVariadic,
  isSequence,
  itemsOf,
  number,
  param,
  text,
  textOf,
  wholeOf,
} from './arguments.ts';
import { FunctionError, type HclFunction, type Param } from './function.ts';

const anyList: Type = listType(anyType);
const nullable = (name: string): Param => ({ name, type: anyType, allowNull: true });

/** Converts to a type that `unify` found, which cannot fail but for texts that are no numbers. */
export function converted(value: Value, type: Type): Value {
  const result = convert(value, type);
  if (isFailure(result)) throw new FunctionError(result.failure);
  return result;
}

const chunklist = define([param('list', anyList), number('size')], (list, sizeValue) => {
  const size = wholeOf(sizeValue, 'the size');
  if (size < 0) throw new FunctionError('the size must not be negative');
  const items = itemsOf(list);
  const type = typeOf(list!);
  const element = type.kind === 'list' ? type.element : anyType;
  const chunks: Value[] = [];
  const step = size === 0 ? items.length : size;
  for (let i = 0; i < items.length; i += step) chunks.push(listValue(element, items.slice(i, i + step)));
  return listValue(listType(element), chunks);
});

const coalesce = defineVariadic([], nullable('vals'), (_, values) => {
  const type = unify(values.map(typeOf));
  if (!type) throw new FunctionError('all arguments must have one type');
  const first = values.find((value) => value.kind !== 'null');
  if (!first) throw new FunctionError('there is no argument that is not null');
  return converted(first, type);
});

const coalescelist = defineVariadic([], nullable('vals'), (_, values) => {
  for (const value of values) {
    if (value.kind === 'null') continue;
    if (!isSequence(value)) throw new FunctionError('the arguments must be lists or tuples');
    if (itemsOf(value).length > 0) return value;
  }
  throw new FunctionError('there is no list that is not empty');
});

const compact = define([param('list', listType(stringType))], (list) => {
  const kept = itemsOf(list).filter((item) => item.kind !== 'null' && textOf(item) !== '');
  return listValue(stringType, kept);
});

/** Lists give a list; as soon as a tuple is among them, a tuple results. */
const concat = defineVariadic([], anything('seqs'), (_, values) => {
  if (values.length === 0) throw new FunctionError('at least one list is needed');
  for (const [i, value] of values.entries()) {
    if (value.kind !== 'list' && value.kind !== 'tuple') throw new FunctionError('a list or tuple is needed', i);
  }
  const count = values.reduce((sum, value) => sum + itemsOf(value).length, 0);
  if (count > MAX_SIZE) throw new FunctionError(`more than ${MAX_SIZE} elements would result`);
  const items = values.flatMap(itemsOf);
  const element = values.every((value) => value.kind === 'list') ? unify(values.map(elementOf)) : undefined;
  return element
    ? listValue(
        element,
        items.map((item) => converted(item, element)),
      )
    : tupleValue(items);
});

function elementOf(value: Value): Type {
  return value.kind === 'list' || value.kind === 'set' || value.kind === 'map' ? value.element : anyType;
}

const contains = define([anything('list'), anything('value')], (list, value) => {
  if (!isSequence(list!)) throw new FunctionError('the first argument must be a list, tuple or set');
  return boolValue(itemsOf(list).some((item) => isEqual(item, value!)));
});

function isEqual(a: Value, b: Value): boolean {
  const result = equals(a, b);
  return result.kind === 'bool' && result.value;
}

const distinct = define([param('list', anyList)], (list) => {
  const kept: Value[] = [];
  const alike = new Map<string, Value[]>();
  for (const item of itemsOf(list)) {
    const others = alike.get(sortKey(item)) ?? [];
    if (others.some((other) => isEqual(item, other))) continue;
    kept.push(item);
    alike.set(sortKey(item), [...others, item]);
  }
  return listValue(elementOf(list!), kept);
});

/** Counts on from the start when the index is beyond the end. */
const element = define([anything('list'), number('index')], (list, indexValue) => {
  if (list?.kind !== 'list' && list?.kind !== 'tuple') throw new FunctionError('a list or tuple is needed');
  const index = wholeOf(indexValue, 'the index');
  if (index < 0) throw new FunctionError('the index must not be negative');
  if (list.items.length === 0) throw new FunctionError('the list is empty');
  return list.items[index % list.items.length]!;
});

const flatten = define([anything('list')], (list) => {
  if (!isSequence(list!)) throw new FunctionError('a list, set or tuple is needed');
  return tupleValue(flat(itemsOf(list)));
});

function flat(items: readonly Value[]): Value[] {
  return items.flatMap((item) => (isSequence(item) ? flat(itemsOf(item)) : [item]));
}

const index = define([anything('collection'), anything('key')], (collection, key) => {
  const found = elementBy(collection!, key!);
  if (!found) throw new FunctionError('there is no such element');
  return found;
});

function elementBy(collection: Value, key: Value): Value | undefined {
  if (collection.kind === 'map') return collection.entries.get(textOf(converted(key, stringType)));
  if (collection.kind !== 'list' && collection.kind !== 'tuple')
    throw new FunctionError('a list, tuple or map is needed');
  const position = converted(key, numberType);
  if (position.kind !== 'number' || !isWhole(position.value)) return undefined;
  return collection.items[Number(toBigInt(position.value))];
}

const keys = define([anything('inputMap')], (value) => {
  if (value?.kind !== 'map' && value?.kind !== 'object') throw new FunctionError('a map or object is needed', 0);
  const names = [...value.entries.keys()].map(stringValue);
  return value.kind === 'map' ? listValue(stringType, names) : tupleValue(names);
});

const values = define([anything('mapping')], (value) => {
  if (value?.kind !== 'map' && value?.kind !== 'object') throw new FunctionError('a map or object is needed');
  const items = [...value.entries.values()];
  return value.kind === 'map' ? listValue(value.element, items) : tupleValue(items);
});

const length = define([anything('collection')], (value) => {
  if (value?.kind === 'map' || value?.kind === 'object') return numberValue(value.entries.size);
  if (!isSequence(value!))
    throw new FunctionError('a list, set, tuple, map or object is needed; for a text use strlen');
  return numberValue(itemsOf(value).length);
});

const lookup = define([anything('inputMap'), text('key'), anything('default')], (value, key, fallback) => {
  if (value?.kind !== 'map' && value?.kind !== 'object') throw new FunctionError('a map or object is needed', 0);
  const found = value.entries.get(textOf(key));
  if (found) return found;
  if (value.kind === 'object') return fallback!;
  const suited = convert(fallback!, value.element);
  if (isFailure(suited)) throw new FunctionError('the default must have the type of the elements', 2);
  return suited;
});

/** Of equal keys the last one counts. Maps of one type give a map, everything else an object. */
const merge = defineVariadic([], nullable('maps'), (_, given) => {
  const parts = given.filter((value) => value.kind !== 'null');
  const entries = parts.flatMap((part) => {
    if (part.kind !== 'map' && part.kind !== 'object') throw new FunctionError('the arguments must be maps or objects');
    return [...part.entries];
  });
  const first = parts[0];
  if (first?.kind !== 'map' || parts.some((part) => part.kind !== 'map')) return objectValue(entries);
  const type = unify(parts.map(elementOf));
  return type
    ? mapValue(
        type,
        entries.map(([key, item]) => [key, converted(item, type)]),
      )
    : objectValue(entries);
});

const slice = define([anything('list'), number('start_index'), number('end_index')], (list, startValue, endValue) => {
  if (list?.kind !== 'list' && list?.kind !== 'tuple') throw new FunctionError('a list or tuple is needed', 0);
  const start = wholeOf(startValue, 'the start', 1);
  const end = wholeOf(endValue, 'the end', 2);
  if (start < 0) throw new FunctionError('the start must not be negative', 1);
  if (end > list.items.length) throw new FunctionError(`the end is beyond the ${list.items.length} elements`, 2);
  if (start > end) throw new FunctionError('the start must not be behind the end', 1);
  const items = list.items.slice(start, end);
  return list.kind === 'list' ? listValue(list.element, items) : tupleValue(items);
});

const sort = define([param('list', listType(stringType))], (list) => {
  const items = itemsOf(list);
  const empty = items.findIndex((item) => item.kind === 'null');
  if (empty >= 0) throw new FunctionError(`element ${empty} is null, which has no place in an order`);
  const sorted = [...items].sort((a, b) => compareText(textOf(a), textOf(b)));
  return listValue(stringType, sorted);
});

const zipmap = define([param('keys', listType(stringType)), anything('values')], (names, items) => {
  if (items?.kind !== 'list' && items?.kind !== 'tuple') throw new FunctionError('the values must be a list or tuple');
  const keyTexts = itemsOf(names).map((name, i) => {
    if (name.kind === 'null') throw new FunctionError(`key ${i} is null`);
    return textOf(name);
  });
  if (keyTexts.length !== items.items.length) {
    throw new FunctionError(`there are ${keyTexts.length} keys, but ${items.items.length} values`);
  }
  const entries = keyTexts.map((key, i): [string, Value] => [key, items.items[i]!]);
  return items.kind === 'list' ? mapValue(items.element, entries) : objectValue(entries);
});

export const collectionFunctions: Readonly<Record<string, HclFunction>> = {
  /** The list in parts of at most so many elements; size 0 gives one part. */
  chunklist,
  /** The first value that is not null. */
  coalesce,
  /** The first list that is not empty. */
  coalescelist,
  /** The texts of a list that are not empty. */
  compact,
  /** The elements of all lists as one. */
  concat,
  /** Whether a list, tuple or set holds a value. */
  contains,
  /** Each element of a list once, where it stood first. */
  distinct,
  /** An element by its index, which begins anew beyond the end. */
  element,
  /** The elements of lists in lists as one tuple. */
  flatten,
  /** An element by its index or key, as collection[key]. */
  index,
  /** The keys of a map or object, in order. */
  keys,
  /** How many elements a collection has. */
  length,
  /** The element of a key, or the default where there is none. */
  lookup,
  /** The entries of all maps as one; of equal keys the last counts. */
  merge,
  /** The elements from a start up to, but not including, an end. */
  slice,
  /** The texts of a list in order. */
  sort,
  /** The values of a map or object, in the order of the keys. */
  values,
  /** A map or object of a list of keys and a list of values. */
  zipmap,
};
