import { numberToText, parseNumber } from './big-float.ts';
import { isConvertible } from './convertible.ts';
import { anyType, hasAny, isPrimitive, type ObjectType, type Type, tupleType, typeToString } from './types.ts';
import { unify } from './unify.ts';
import {
  boolValue,
  listValue,
  type MapValue,
  mapValue,
  nullValue,
  numberValue,
  type ObjectValue,
  objectValue,
  setValue,
  stringValue,
  tupleValue,
  typeOf,
  unknownValue,
  type Value,
} from './values.ts';

/** Why a value cannot become another type; `path` leads to the guilty part: `.a[0]`. */
export type ConversionFailure = { failure: string; path: string };

/**
 * Converts by HCL's rules: numbers and bools from and to strings, tuples to lists, objects to maps, lists to sets, and
 * inside them. Parts of the type that are `any` are filled in from the value.
 */
export function convert(value: Value, type: Type): Value | ConversionFailure {
  if (type.kind === 'any') return value;
  if (value.kind === 'null') return nullValue(type);
  if (value.kind === 'unknown') return convertUnknown(value.type, type);
  switch (type.kind) {
    case 'list':
    case 'set':
      return toSequence(value, type.kind, type.element);
    case 'map':
      return toMap(value, type.element);
    case 'tuple':
      return toTuple(value, type.elements);
    case 'object':
      return toObject(value, type);
    default:
      return value.kind === type.kind ? value : toPrimitive(value, type);
  }
}

export function isFailure(result: Value | ConversionFailure): result is ConversionFailure {
  return 'failure' in result;
}

function convertUnknown(from: Type, to: Type): Value | ConversionFailure {
  return isConvertible(from, to, false) ? unknownValue(to) : required(to, from);
}

function required(type: Type, got?: Type): ConversionFailure {
  const article = type.kind === 'object' ? 'an' : 'a';
  const wanted = isPrimitive(type) ? type.kind : typeToString(type);
  return { failure: `${article} ${wanted} is required${got ? `, not ${typeToString(got)}` : ''}`, path: '' };
}

function inside(step: string, result: Value | ConversionFailure): Value | ConversionFailure {
  return isFailure(result) ? { failure: result.failure, path: step + result.path } : result;
}

function toPrimitive(value: Value, type: Type): Value | ConversionFailure {
  if (type.kind === 'string' && value.kind === 'number') return stringValue(numberToText(value.value));
  if (type.kind === 'string' && value.kind === 'bool') return stringValue(String(value.value));
  if (value.kind !== 'string') return required(type, typeOf(value));
  return type.kind === 'number' ? textToNumber(value.value) : textToBool(value.value);
}

function textToNumber(text: string): Value | ConversionFailure {
  const number = parseNumber(text);
  return number
    ? numberValue(number)
    : { failure: `a number is required, and ${JSON.stringify(text)} is none`, path: '' };
}

function textToBool(text: string): Value | ConversionFailure {
  if (text === 'true' || text === '1') return boolValue(true);
  if (text === 'false' || text === '0') return boolValue(false);
  return { failure: `a bool is required: "true" or "false", not ${JSON.stringify(text)}`, path: '' };
}

function toSequence(value: Value, kind: 'list' | 'set', element: Type): Value | ConversionFailure {
  if (value.kind !== 'list' && value.kind !== 'set' && value.kind !== 'tuple') {
    return required(kind === 'list' ? { kind, element } : { kind, element }, typeOf(value));
  }
  const common = element.kind === 'any' ? elementTypeOf(value) : element;
  if (!common) return { failure: 'all elements must have the same type', path: '' };
  const items = convertAll(value.items, () => common);
  if (!Array.isArray(items)) return items;
  const final = concreteType(common, items);
  return kind === 'list' ? listValue(final, items) : setValue(final, items);
}

function elementTypeOf(value: Value & { kind: 'list' | 'set' | 'tuple' }): Type | undefined {
  return value.kind === 'tuple' ? unify(value.items.map(typeOf)) : value.element;
}

/** What `any` stood for inside an element type shows in the converted elements. */
function concreteType(type: Type, items: readonly Value[]): Type {
  if (!hasAny(type)) return type;
  const sample = items.find((item) => item.kind !== 'null');
  return sample ? typeOf(sample) : type;
}

function convertAll(items: readonly Value[], typeAt: (i: number) => Type): Value[] | ConversionFailure {
  const converted: Value[] = [];
  for (const [i, item] of items.entries()) {
    const result = inside(`[${i}]`, convert(item, typeAt(i)));
    if (isFailure(result)) return result;
    converted.push(result);
  }
  return converted;
}

function toMap(value: Value, element: Type): Value | ConversionFailure {
  if (value.kind !== 'map' && value.kind !== 'object') return required({ kind: 'map', element }, typeOf(value));
  const common = element.kind === 'any' ? mapElementTypeOf(value) : element;
  if (!common) return { failure: 'all elements of a map must have the same type', path: '' };
  const entries: [string, Value][] = [];
  for (const [key, item] of value.entries) {
    const result = inside(`[${JSON.stringify(key)}]`, convert(item, common));
    if (isFailure(result)) return result;
    entries.push([key, result]);
  }
  return mapValue(
    concreteType(
      common,
      entries.map(([, item]) => item),
    ),
    entries,
  );
}

function mapElementTypeOf(value: MapValue | ObjectValue): Type | undefined {
  if (value.kind === 'map') return value.element;
  return unify([...value.entries.values()].map(typeOf));
}

function toTuple(value: Value, elements: readonly Type[]): Value | ConversionFailure {
  if (value.kind !== 'tuple') return required(tupleType(elements), typeOf(value));
  if (value.items.length !== elements.length) {
    return { failure: `a tuple of ${elements.length} elements is required, not of ${value.items.length}`, path: '' };
  }
  const items = convertAll(value.items, (i) => elements[i] ?? anyType);
  return Array.isArray(items) ? tupleValue(items) : items;
}

function toObject(value: Value, type: ObjectType): Value | ConversionFailure {
  if (value.kind !== 'object' && value.kind !== 'map') return required(type, typeOf(value));
  const entries: [string, Value][] = [];
  for (const [name, attributeType] of type.attributes) {
    const item = value.entries.get(name);
    const fallback = type.optional?.get(name);
    const source = item && !(item.kind === 'null' && fallback) ? item : fallback;
    if (!source) return { failure: `attribute "${name}" is required`, path: '' };
    const result = inside(`.${name}`, convert(source, attributeType));
    if (isFailure(result)) return result;
    entries.push([name, result]);
  }
  return objectValue(entries);
}
