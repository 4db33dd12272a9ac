import type { TemplateFunction } from './functions.ts';

/**
 * How Go's values look in JavaScript, and the only place that looks inside them.
 *
 * | Go | here |
 * | --- | --- |
 * | no value (a missing key) | `undefined` |
 * | nil | `null` |
 * | bool, string | boolean, string (bytes that are no UTF-8: see `bytes.ts`) |
 * | int | an integral number, or bigint |
 * | float64 | any other number |
 * | complex128 | {@link Typed} with `{ re, im }` |
 * | []interface{} | array |
 * | map[string]interface{} | plain object, or Map |
 * | func | function, or {@link Method} |
 * | struct, pointer to one | {@link Struct}, or {@link Typed} with the name of its type: `*dependency.HealthService` |
 * | another type | {@link Typed}: the Go type beside the value (`float64` 7, `map[string]string`, `uint64`) |
 */
export class Typed {
  readonly type: string;
  readonly value: unknown;
  /** What can be called on it, by name. */
  readonly methods: Methods | undefined;

  /** `type` is the Go type as `%T` prints it: `uint64`, `[]string`, `map[int]string`. */
  constructor(type: string, value: unknown, methods?: Methods) {
    this.type = type;
    this.value = value;
    this.methods = methods;
  }
}

/** Each is made when it is asked for, of the value that it is called on. */
export type Methods = Readonly<Record<string, (of: Typed) => Method>>;

/** A type of structs: its name, and how each field is read, in order. */
export type StructType<T> = {
  readonly name: string;
  readonly fields: ReadonlyMap<string, (source: T) => unknown>;
};

export function structType<T>(name: string, fields: Readonly<Record<string, (source: T) => unknown>>): StructType<T> {
  return { name, fields: new Map(Object.entries(fields)) };
}

/** A struct whose fields are read from `value` when they are asked for: most templates look at two of twenty. */
export class Struct<T = unknown> extends Typed {
  private readonly fields: StructType<T>['fields'];

  constructor({ name, fields }: StructType<T>, source: T) {
    super(name, source);
    this.fields = fields;
  }

  /** `undefined` if there is no such field. */
  field(name: string): unknown {
    return this.fields.get(name)?.(this.value as T);
  }

  all(): [string, unknown][] {
    return Array.from(this.fields, ([name, read]) => [name, read(this.value as T)]);
  }
}

/** The fields of a struct, in order. */
export function structFields(value: unknown): [string, unknown][] {
  return value instanceof Struct ? value.all() : Object.entries(raw(value) as object);
}

/** A function that is reached through a value: `scratch.Set "a" 1`. It is called wherever it is named. */
export class Method {
  readonly entry: TemplateFunction;

  constructor(entry: TemplateFunction) {
    this.entry = entry;
  }
}

export type Kind =
  | 'invalid'
  | 'nil'
  | 'bool'
  | 'int'
  | 'uint'
  | 'float'
  | 'complex'
  | 'string'
  | 'list'
  | 'map'
  | 'struct'
  | 'func';

export function raw(value: unknown): unknown {
  return value instanceof Typed ? value.value : value;
}

export function kindOf(value: unknown): Kind {
  if (value instanceof Typed) return kindOfType(value.type) ?? kindOf(value.value);
  if (value instanceof Method) return 'func';
  switch (typeof value) {
    case 'undefined':
      return 'invalid';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return Number.isInteger(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? 'int' : 'float';
    case 'function':
      return 'func';
    default:
      if (value === null) return 'nil';
      return Array.isArray(value) ? 'list' : 'map';
  }
}

const kindsOfTypes = new Map<string, Kind | 'other'>();

function kindOfType(type: string): Kind | undefined {
  let kind = kindsOfTypes.get(type);
  if (kind === undefined) {
    kind = readKind(type) ?? 'other';
    kindsOfTypes.set(type, kind);
  }
  return kind === 'other' ? undefined : kind;
}

function readKind(type: string): Kind | undefined {
  if (type.startsWith('complex')) return 'complex';
  if (type.startsWith('float')) return 'float';
  if (type.startsWith('uint')) return 'uint';
  if (/^int(?!erface)/.test(type)) return 'int';
  return /^\*?[a-zA-Z_]\w*\.\w+$/.test(type) ? 'struct' : undefined;
}

/** The Go type of a value, as `%T` prints it. */
export function typeName(value: unknown): string {
  if (value instanceof Typed) return value.type;
  const names: Record<Kind, string> = {
    invalid: '<nil>',
    nil: '<nil>',
    bool: 'bool',
    int: 'int',
    uint: 'uint',
    float: 'float64',
    complex: 'complex128',
    string: 'string',
    list: '[]interface {}',
    map: 'map[string]interface {}',
    struct: 'struct',
    func: 'func',
  };
  return names[kindOf(value)];
}

/** The type of what a list or map holds. */
export function elementType(value: unknown): string {
  const type = typeName(value);
  if (type.startsWith('[]')) return type.slice(2);
  return /^map\[[^\]]*\](.*)$/.exec(type)?.[1] ?? 'interface {}';
}

/** What an absent element is worth: "" for map[string]string, nil for interface{}. */
export function zeroOf(type: string): unknown {
  if (type === 'string') return '';
  if (type === 'bool') return false;
  if (type === 'interface {}') return null;
  if (type.startsWith('[]')) return new Typed(type, []);
  if (type.startsWith('map[')) return new Typed(type, {});
  const kind = kindOfType(type);
  if (kind === undefined) return null;
  return type === 'int' ? 0 : new Typed(type, 0);
}

/** Go's notion of true: not false, 0, nil, "" or empty. */
export function isTrue(value: unknown): boolean {
  switch (kindOf(value)) {
    case 'invalid':
    case 'nil':
      return false;
    case 'int':
    case 'uint':
    case 'float':
      return Number(raw(value)) !== 0;
    case 'complex': {
      const { re, im } = complexOf(value);
      return re !== 0 || im !== 0;
    }
    case 'list':
      return items(value).length > 0;
    case 'map':
      return entries(value).length > 0;
    default:
      return Boolean(raw(value));
  }
}

export type Complex = { readonly re: number; readonly im: number };

/** The parts of a value of kind `complex`. */
export function complexOf(value: unknown): Complex {
  return raw(value) as Complex;
}

export function items(list: unknown): readonly unknown[] {
  const value = raw(list);
  return Array.isArray(value) ? value : [];
}

/** A map's entries in the order in which Go prints and ranges over them: sorted by key. */
export function entries(map: unknown): [unknown, unknown][] {
  const value = raw(map);
  if (typeof value !== 'object' || value === null) return [];
  const found: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return found.sort(([a], [b]) => compareKeys(a, b));
}

/** The element at `key`; `undefined` when there is none. Keys of another type than the map's are absent. */
export function element(map: unknown, key: unknown): unknown {
  if (map instanceof Struct) return map.field(String(raw(key)));
  const value = raw(map);
  const wanted = raw(key);
  if (value instanceof Map) return value.get(wanted) ?? value.get(otherInteger(wanted));
  if (typeof value !== 'object' || value === null || typeof wanted !== 'string') return undefined;
  return Object.hasOwn(value, wanted) ? (value as Record<string, unknown>)[wanted] : undefined;
}

export function keyType(map: unknown): string {
  return /^map\[([^\]]*)\]/.exec(typeName(map))?.[1] ?? 'string';
}

/** Go compares strings byte by byte, which is the order of code points, not of UTF-16 units. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return rankOfUnit(left) - rankOfUnit(right);
  }
  return a.length - b.length;
}

/** Halves of code points beyond 16 bits stand behind all others. */
function rankOfUnit(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Keys of different kinds are ordered by kind, as in Go: numbers before texts. */
function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'string' || typeof b === 'string') return typeof a === 'string' ? 1 : -1;
  return Number(raw(a)) - Number(raw(b));
}

function otherInteger(key: unknown): unknown {
  if (typeof key === 'bigint') return Number(key);
  return typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : undefined;
}
