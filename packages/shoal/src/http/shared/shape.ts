import { parseDuration } from '../../duration.ts';

/**
 * Shapes of JSON bodies, read as Go's decoder reads them into structs: names without regard to case or underscores (`enable_tag_override`), absent and
 * `null` fields get their type's zero value, a wrong type is an error that names the field.
 */
export type Decode<T> = (value: unknown, field: string) => T;
export type Decoded<D> = D extends Decode<infer T> ? T : never;

export class ShapeError extends Error {
  readonly code = 'bad-shape';
  constructor(message: string) {
    super(message);
    this.name = 'ShapeError';
  }
}

export const string: Decode<string> = (value, field) => {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw mismatch(value, field, 'string');
  return value;
};

export const boolean: Decode<boolean> = (value, field) => {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw mismatch(value, field, 'bool');
  return value;
};

export const integer: Decode<number> = (value, field) => {
  if (value === undefined || value === null) return 0;
  if (!Number.isSafeInteger(value)) throw mismatch(value, field, 'int');
  return value as number;
};

/** An unsigned 64-bit number as decimal text. */
export const uint64: Decode<string> = (value, field) => {
  if (value === undefined || value === null) return '0';
  const big = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)) ? BigInt(value) : -1n;
  if (big < 0n || big > 0xffff_ffff_ffff_ffffn) throw mismatch(value, field, 'uint64');
  return big.toString();
};

/** Nanoseconds, from `10s` or a number of them. */
export const duration: Decode<number> = (value, field) => {
  if (value === undefined || value === null || value === '') return 0;
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') throw mismatch(value, field, 'time.Duration');
  const nanoseconds = parseDuration(value);
  if (nanoseconds === undefined) throw new ShapeError(`time: invalid duration ${JSON.stringify(value)}`);
  return nanoseconds;
};

/** Anything at all, untouched. */
export const anything: Decode<unknown> = (value) => value;

export function list<T>(item: Decode<T>): Decode<T[]> {
  return (value, field) => {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw mismatch(value, field, 'list');
    return value.map((entry) => item(entry, field));
  };
}

export function map<T>(item: Decode<T>): Decode<Record<string, T>> {
  return (value, field) => {
    if (value === undefined || value === null) return {};
    if (!isObject(value)) throw mismatch(value, field, 'map');
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, item(entry, join(field, key))]));
  };
}

/** Undefined when absent or `null`, where that differs from the zero value. */
export function optional<T>(decode: Decode<T>): Decode<T | undefined> {
  return (value, field) => (value === undefined || value === null ? undefined : decode(value, field));
}

type Fields = Readonly<Record<string, Decode<unknown>>>;
export type Struct<F extends Fields> = { [K in keyof F]: Decoded<F[K]> };

type StructOptions = {
  /** Refuses names that are not listed. */
  readonly strict?: boolean;
  /** Names that may be there and mean nothing, such as those that answers have and requests do not need. */
  readonly ignored?: readonly string[];
};

export function struct<F extends Fields>(
  fields: F,
  { strict = false, ignored = [] }: StructOptions = {},
): Decode<Struct<F>> {
  const names = new Map([...ignored, ...Object.keys(fields)].map((name) => [folded(name), name]));
  return (value, at) => {
    const given = collect(value, at, names, strict);
    const decoded = Object.entries(fields).map(([name, decode]) => [name, decode(given.get(name), join(at, name))]);
    return Object.fromEntries(decoded) as Struct<F>;
  };
}

/** Fields that are listed, under their names and without those that are undefined; all others as they came. */
export function open<F extends Fields>(fields: F): Decode<Struct<F> & Record<string, unknown>> {
  const known = struct(fields);
  const names = new Set(Object.keys(fields).map(folded));
  return (value, at) => {
    const listed = Object.entries(known(value, at)).filter(([, entry]) => entry !== undefined);
    const others = Object.entries(value ?? {}).filter(([name]) => !names.has(folded(name)));
    return Object.fromEntries([...others, ...listed]) as Struct<F> & Record<string, unknown>;
  };
}

function collect(value: unknown, at: string, names: Map<string, string>, strict: boolean): Map<string, unknown> {
  const given = new Map<string, unknown>();
  if (value === undefined || value === null) return given;
  if (!isObject(value)) throw mismatch(value, at, 'object');
  for (const [key, entry] of Object.entries(value)) {
    const name = names.get(folded(key));
    if (name !== undefined) given.set(name, entry);
    else if (strict) throw new ShapeError(`json: unknown field ${JSON.stringify(key)}`);
  }
  return given;
}

function folded(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

function join(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(value: unknown, field: string, wanted: string): ShapeError {
  const found = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  return new ShapeError(
    `json: cannot unmarshal ${found} into ${field === '' ? 'the body' : `field ${field}`} of type ${wanted}`,
  );
}
