import { type BigFloat, compare, fromDouble, fromInteger, numberToText, parseNumber, toDouble } from './big-float.ts';
import {
  anyType,
  boolType,
  listType,
  mapType,
  numberType,
  objectType,
  setType,
  stringType,
  type Type,
  tupleType,
} from './types.ts';

/**
 * A value of HCL. Lists, sets and maps have elements of one type, tuples and objects of any; sets are in their own
 * order, maps and objects in the order of their keys. Strings are in Unicode's normal form C.
 */
export type Value =
  | StringValue
  | NumberValue
  | BoolValue
  | NullValue
  | UnknownValue
  | SequenceValue
  | MapValue
  | TupleValue
  | ObjectValue;

export type StringValue = { readonly kind: 'string'; readonly value: string };
export type NumberValue = { readonly kind: 'number'; readonly value: BigFloat };
export type BoolValue = { readonly kind: 'bool'; readonly value: boolean };
export type NullValue = { readonly kind: 'null'; readonly type: Type };
/** A value that is not known yet; what is made of it is not known either. */
export type UnknownValue = { readonly kind: 'unknown'; readonly type: Type };
export type SequenceValue = { readonly kind: 'list' | 'set'; readonly element: Type; readonly items: readonly Value[] };
export type MapValue = { readonly kind: 'map'; readonly element: Type; readonly entries: ReadonlyMap<string, Value> };
export type TupleValue = { readonly kind: 'tuple'; readonly items: readonly Value[] };
export type ObjectValue = { readonly kind: 'object'; readonly entries: ReadonlyMap<string, Value> };

export function stringValue(text: string): StringValue {
  return Object.freeze({ kind: 'string', value: text.normalize('NFC') });
}

/** From a double, a whole number or a big float. NaN is not a value and throws. */
export function numberValue(n: number | bigint | BigFloat): NumberValue {
  const value = typeof n === 'object' ? n : isExactWhole(n) ? fromInteger(n) : fromDouble(Number(n));
  if (!value) throw new RangeError('NaN is not a number in HCL');
  return Object.freeze({ kind: 'number', value });
}

function isExactWhole(n: number | bigint): boolean {
  return typeof n === 'bigint' || (Number.isInteger(n) && !Object.is(n, -0));
}

export const trueValue: BoolValue = Object.freeze({ kind: 'bool', value: true });
export const falseValue: BoolValue = Object.freeze({ kind: 'bool', value: false });

export function boolValue(value: boolean): BoolValue {
  return value ? trueValue : falseValue;
}

export function nullValue(type: Type = anyType): NullValue {
  return Object.freeze({ kind: 'null', type });
}

export function unknownValue(type: Type = anyType): UnknownValue {
  return Object.freeze({ kind: 'unknown', type });
}

export const untypedNull = nullValue();
export const unknown = unknownValue();

export function listValue(element: Type, items: readonly Value[]): SequenceValue {
  return Object.freeze({ kind: 'list', element, items });
}

/** Sorts, and drops what is there twice. */
export function setValue(element: Type, items: readonly Value[]): SequenceValue {
  const sorted = [...items].sort(compareInSet);
  const unique = sorted.filter((item, i) => i === 0 || !identical(item, sorted[i - 1]!));
  return Object.freeze({ kind: 'set', element, items: unique });
}

export function mapValue(element: Type, entries: Iterable<readonly [string, Value]>): MapValue {
  return Object.freeze({ kind: 'map', element, entries: sortedByKey(entries) });
}

export function tupleValue(items: readonly Value[]): TupleValue {
  return Object.freeze({ kind: 'tuple', items });
}

export function objectValue(entries: Iterable<readonly [string, Value]>): ObjectValue {
  return Object.freeze({ kind: 'object', entries: sortedByKey(entries) });
}

function sortedByKey(entries: Iterable<readonly [string, Value]>): ReadonlyMap<string, Value> {
  const last = new Map(entries);
  return new Map([...last].sort(([a], [b]) => compareText(a, b)));
}

/** By code point, which is the order of the UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const bothSurrogateOrNot = x >= 0xd800 && y >= 0xd800;
    return bothSurrogateOrNot ? surrogateRank(x) - surrogateRank(y) : x - y;
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond all others, though their units are not the highest. */
function surrogateRank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x2000 : unit + 0x2000;
}

export function typeOf(value: Value): Type {
  switch (value.kind) {
    case 'string':
      return stringType;
    case 'number':
      return numberType;
    case 'bool':
      return boolType;
    case 'null':
    case 'unknown':
      return value.type;
    case 'list':
      return listType(value.element);
    case 'set':
      return setType(value.element);
    case 'map':
      return mapType(value.element);
    case 'tuple':
      return tupleType(value.items.map(typeOf));
    case 'object':
      return objectType(new Map([...value.entries].map(([name, item]) => [name, typeOf(item)])));
  }
}

/** The order in a set: by value for strings, numbers and bools, nulls last, and for all others fixed but meaningless. */
function compareInSet(a: Value, b: Value): number {
  if (a.kind === 'string' && b.kind === 'string') return compareText(a.value, b.value);
  if (a.kind === 'number' && b.kind === 'number') return compare(a.value, b.value);
  if (a.kind === 'bool' && b.kind === 'bool') return Number(a.value) - Number(b.value);
  const rank = absenceRank(a) - absenceRank(b);
  return rank !== 0 ? rank : compareText(sortKey(a), sortKey(b));
}

function absenceRank(value: Value): number {
  return value.kind === 'unknown' ? 2 : value.kind === 'null' ? 1 : 0;
}

/** The same text for all that is equal, and within one type for nothing else. */
export function sortKey(value: Value): string {
  switch (value.kind) {
    case 'string':
      return JSON.stringify(value.value);
    case 'number':
      return numberToText(value.value);
    case 'bool':
      return value.value ? 'T' : 'F';
    case 'null':
      return '~';
    case 'unknown':
      return '?';
    case 'list':
    case 'set':
      return `[${value.items.map((item) => `${sortKey(item)};`).join('')}]`;
    case 'tuple':
      return `<${value.items.map((item) => `${sortKey(item)};`).join('')}>`;
    case 'map':
      return `{${[...value.entries].map(([key, item]) => `${JSON.stringify(key)}:${sortKey(item)};`).join('')}}`;
    case 'object':
      return `<${[...value.entries.values()].map((item) => `${sortKey(item)};`).join('')}>`;
  }
}

/** Same type and same content; nulls of one type are identical, and so are unknowns. */
export function identical(a: Value, b: Value): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'string':
    case 'bool':
      return a.kind === b.kind && a.value === b.value;
    case 'number':
      return b.kind === 'number' && compare(a.value, b.value) === 0;
    case 'null':
    case 'unknown':
      return a.kind === b.kind;
    case 'list':
    case 'set':
    case 'tuple':
      return (
        a.kind === b.kind && a.items.length === b.items.length && a.items.every((x, i) => identical(x, b.items[i]!))
      );
    case 'map':
    case 'object':
      return (
        a.kind === b.kind && a.entries.size === b.entries.size && [...a.entries].every(([k, x]) => sameEntry(b, k, x))
      );
  }
}

function sameEntry(holder: MapValue | ObjectValue, key: string, value: Value): boolean {
  const other = holder.entries.get(key);
  return other !== undefined && identical(value, other);
}

/** Whether nothing in it is unknown. */
export function isWhollyKnown(value: Value): boolean {
  switch (value.kind) {
    case 'unknown':
      return false;
    case 'list':
    case 'set':
    case 'tuple':
      return value.items.every(isWhollyKnown);
    case 'map':
    case 'object':
      return [...value.entries.values()].every(isWhollyKnown);
    default:
      return true;
  }
}

/**
 * As plain JavaScript: maps and objects become objects, all sequences arrays, numbers the nearest double
 * (`numberToText` keeps all digits), null null, and what is not known undefined.
 */
export function toJs(value: Value): unknown {
  switch (value.kind) {
    case 'string':
    case 'bool':
      return value.value;
    case 'number':
      return toDouble(value.value);
    case 'null':
      return null;
    case 'unknown':
      return undefined;
    case 'list':
    case 'set':
    case 'tuple':
      return value.items.map(toJs);
    case 'map':
    case 'object':
      return Object.fromEntries([...value.entries].map(([key, item]) => [key, toJs(item)]));
  }
}

/** From JSON-like data: arrays become tuples, objects objects, undefined is not known. Throws for functions and symbols. */
export function fromJs(json: unknown): Value {
  if (json === null) return untypedNull;
  if (json === undefined) return unknown;
  if (typeof json === 'string') return stringValue(json);
  if (typeof json === 'boolean') return boolValue(json);
  if (typeof json === 'bigint') return numberValue(json);
  if (typeof json === 'number') return numberFromJson(json);
  if (Array.isArray(json)) return tupleValue(json.map(fromJs));
  if (typeof json === 'object') return objectValue(Object.entries(json).map(([key, item]) => [key, fromJs(item)]));
  throw new TypeError(`a ${typeof json} has no counterpart in HCL`);
}

/** Through its text, so that 0.1 is a tenth and not the double nearest to it. */
function numberFromJson(n: number): NumberValue {
  const parsed = Object.is(n, -0) ? undefined : parseNumber(String(n));
  return numberValue(parsed ?? n);
}
