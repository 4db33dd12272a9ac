import type { Origin } from '../files/stream-file.ts';
import { ServeError } from './errors.ts';

/** Values of a query, with the errors that users of the API know. */
export function intParam(query: URLSearchParams, name: string): number {
  const value = query.get(name) ?? '';
  if (!/^[+-]?\d+$/.test(value))
    throw new ServeError(400, `error parsing ${name}: strconv.ParseInt: parsing "${value}": invalid syntax`);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new ServeError(400, `error parsing ${name}: strconv.ParseInt: parsing "${value}": value out of range`);
  }
  return number;
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['', '0', 'f', 'F', 'FALSE', 'false', 'False']);

export function boolParam(query: URLSearchParams, name: string, unset = false): boolean {
  const value = query.get(name);
  if (value === null) return unset;
  if (TRUE.has(value)) return true;
  if (FALSE.has(value)) return value === '' ? unset : false;
  throw new ServeError(
    400,
    `failed to parse ${name} field to boolean: strconv.ParseBool: parsing "${value}": invalid syntax`,
  );
}

export function originParam(query: URLSearchParams): Origin {
  const value = query.get('origin') || 'start';
  if (value !== 'start' && value !== 'end') throw new ServeError(400, 'origin must be start or end');
  return value;
}

/** Bytes from the origin; 0 if not given. */
export function offsetParam(query: URLSearchParams): number {
  if (!query.get('offset')) return 0;
  return Math.max(0, intParam(query, 'offset'));
}

export function fileParam(query: URLSearchParams): string {
  const path = query.get('path') ?? '';
  if (path === '') throw new ServeError(400, 'must provide a file name');
  return path;
}
