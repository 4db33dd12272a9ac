import { suggest } from '@shoal/hcl';
import { parseDuration } from '../../duration.ts';

/**
 * Readers of a configuration as it comes out of HCL or JSON: blocks are lists of objects, and texts stand for numbers and switches where a
 * reference was filled in. What cannot be read is told to `complain` in a sentence that names it, and left out.
 */
export type Reader<T> = (value: unknown, name: string, complain: Complain) => T | undefined;
export type Complain = (mistake: string) => void;
type Value<R> = R extends Reader<infer T> ? T : never;
type Fields = Record<string, Reader<unknown>>;
export type Block<F extends Fields> = { [K in keyof F]?: Value<F[K]> };
export type Read<R> = Value<R>;

export const text: Reader<string> = (value, name, complain) => {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  complain(`"${name}" must be a text`);
  return undefined;
};

export const flag: Reader<boolean> = (value, name, complain) => {
  const word = String(value).toLowerCase();
  if (['true', '1'].includes(word)) return true;
  if (['false', '0'].includes(word)) return false;
  complain(`"${name}" must be true or false`);
  return undefined;
};

export const whole: Reader<number> = (value, name, complain) => {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(number)) return number as number;
  complain(`"${name}" must be a whole number`);
  return undefined;
};

/** In milliseconds. */
export const duration: Reader<number> = (value, name, complain) => {
  const parsed = typeof value === 'string' ? parseDuration(value) : undefined;
  if (parsed !== undefined && parsed >= 0) return parsed / 1e6;
  complain(`"${name}" must be a duration such as "5m" or "30s"`);
  return undefined;
};

export const texts: Reader<string[]> = (value, name, complain) => {
  const list = typeof value === 'string' ? [value] : value;
  if (Array.isArray(list) && list.every((item) => ['string', 'number', 'boolean'].includes(typeof item)))
    return list.map(String);
  complain(`"${name}" must be a list of texts`);
  return undefined;
};

export const map: Reader<Record<string, string>> = (value, name, complain) => {
  const merged = Object.assign({}, ...objectsIn(value, name, complain)) as Record<string, unknown>;
  const odd = Object.keys(merged).find((key) => typeof merged[key] === 'object');
  if (odd !== undefined) complain(`"${name}" must be a map of texts, and its "${odd}" is none`);
  return Object.fromEntries(Object.entries(merged).map(([key, item]) => [key, String(item)]));
};

/** Known, and without effect here. */
export const ignored: Reader<never> = () => undefined;

/** A block that may be written once. */
export function block<F extends Fields>(fields: F): Reader<Block<F>> {
  return (value, name, complain) => {
    const objects = objectsIn(value, name, complain);
    if (objects.length > 1) complain(`"${name}" is given ${objects.length} times; once is right`);
    return readFields(objects[0] ?? {}, fields, name, complain);
  };
}

/** A block that may be written several times, or a list of objects. */
export function blocks<F extends Fields>(fields: F): Reader<Block<F>[]> {
  return (value, name, complain) =>
    objectsIn(value, name, complain).map((object) => readFields(object, fields, name, complain));
}

/** Reads a whole configuration. `place` is put before names, '' at the top. */
export function readFields<F extends Fields>(
  object: Record<string, unknown>,
  fields: F,
  place: string,
  complain: Complain,
): Block<F> {
  const read: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    const reader = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (reader === undefined) complain(unknown(key, Object.keys(fields), place));
    else if (value !== null && value !== undefined)
      read[key] = reader(value, place === '' ? key : `${place}.${key}`, complain);
  }
  return read as Block<F>;
}

function unknown(key: string, known: readonly string[], place: string): string {
  const near = suggest(key, known);
  const where = place === '' ? '' : ` in "${place}"`;
  return `No argument or block type is named "${key}"${where}${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

function objectsIn(value: unknown, name: string, complain: Complain): Record<string, unknown>[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item))) return list;
  complain(`"${name}" must be a block`);
  return [];
}
