import { byteLength, bytesOf, textOf } from '../bytes.ts';
import { FunctionError } from '../errors.ts';
import type { FunctionSet } from '../functions.ts';
import { element, elementType, entries, items, keyType, kindOf, raw, Typed, typeName, zeroOf } from '../values.ts';

/** `len`, `index`, `slice`. Texts are counted in bytes, as Go's are. */
export const collections: FunctionSet = {
  /** How many bytes a text has, or how many elements a list or map. */
  len: { min: 1, max: 1, call: (value) => length(value) },
  /** An element, and an element of that, and so on. */
  index: { min: 1, call: (value, ...keys) => keys.reduce(step, something(value)) },
  /** A part of a text (by bytes) or of a list. */
  slice: { min: 1, call: (value, ...bounds) => slice(value, bounds) },
};

function length(value: unknown): number {
  switch (kindOf(value)) {
    case 'string':
      return byteLength(String(raw(value)));
    case 'list':
      return items(value).length;
    case 'map':
      return entries(value).length;
    case 'nil':
    case 'invalid':
      throw new FunctionError('len of nil pointer');
    default:
      throw new FunctionError(`len of type ${typeName(value)}`);
  }
}

function something(value: unknown): unknown {
  if (value === undefined || value === null) throw new FunctionError('index of untyped nil');
  return value;
}

function step(of: unknown, key: unknown): unknown {
  switch (kindOf(of)) {
    case 'string':
      return new Typed('uint8', bytesOf(String(raw(of)))[position(key, length(of) - 1)]);
    case 'list':
      return items(of)[position(key, items(of).length - 1)];
    case 'map':
      return lookup(of, key);
    case 'nil':
    case 'invalid':
      throw new FunctionError('index of untyped nil');
    default:
      throw new FunctionError(`can't index item of type ${typeName(of)}`);
  }
}

function lookup(of: unknown, key: unknown): unknown {
  const kind = kindOf(key);
  const wanted = keyType(of) === 'interface {}' ? kind : keyType(of) === 'string' ? 'string' : 'int';
  if (kind === 'nil' || kind === 'invalid') throw new FunctionError('value is nil; should be of type string');
  if (kind !== wanted) throw new FunctionError(`value has type ${typeName(key)}; should be ${keyType(of)}`);
  const value = element(of, key);
  return value === undefined ? zeroOf(elementType(of)) : value;
}

/** A usable index from 0 to `largest`. */
function position(key: unknown, largest: number): number {
  const kind = kindOf(key);
  if (kind === 'nil' || kind === 'invalid') throw new FunctionError('cannot index slice/array with nil');
  if (kind !== 'int' && kind !== 'uint') {
    throw new FunctionError(`cannot index slice/array with type ${typeName(key)}`);
  }
  const index = Number(raw(key));
  if (index < 0 || index > largest) throw new FunctionError(`index out of range: ${index}`);
  return index;
}

function slice(value: unknown, bounds: readonly unknown[]): unknown {
  const kind = kindOf(value);
  if (kind === 'nil' || kind === 'invalid') throw new FunctionError('slice of untyped nil');
  if (bounds.length > 3) throw new FunctionError(`too many slice indexes: ${bounds.length}`);
  if (kind === 'string' && bounds.length === 3) throw new FunctionError('cannot 3-index slice a string');
  if (kind !== 'string' && kind !== 'list') throw new FunctionError(`can't slice item of type ${typeName(value)}`);
  const size = length(value);
  const [start = 0, end = size, capacity = size] = bounds.map((bound) => position(bound, size));
  if (start > end || end > capacity) throw new FunctionError(`invalid slice index: ${start} > ${end}`);
  if (kind === 'string') return textOf(bytesOf(String(raw(value))).subarray(start, end));
  const part = items(value).slice(start, end);
  return value instanceof Typed ? new Typed(value.type, part) : part;
}
