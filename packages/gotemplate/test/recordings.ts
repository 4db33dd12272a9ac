import { readFileSync } from 'node:fs';
import { Typed } from '../src/index.ts';

/** A recorded run of Go's text/template. */
export type Recording = {
  readonly name: string;
  readonly group: string;
  readonly template: string;
  readonly data?: unknown;
  readonly missingkey?: 'default' | 'zero' | 'error' | 'invalid';
  readonly left?: string;
  readonly right?: string;
  readonly output?: string;
  readonly output_base64?: string;
  readonly error?: 'parse' | 'exec';
  readonly at?: string;
};

const FOLDER = process.env['SHOAL_GOLDEN'] ?? new URL('../../../../shared/golden', import.meta.url).pathname;

/** The recorded cases; data is in the form that the package takes (`3.0` stays a float64). */
export function readRecordings(): Recording[] {
  const text = readFileSync(`${FOLDER}/template/go_text_template.json`, 'utf8');
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : `{"$number":"${token}"}`,
  );
  return JSON.parse(marked, (_key, value: unknown) => revive(value));
}

function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$number' in value) return readNumber(String(value.$number));
  if ('$go' in value && 'v' in value) return ofType(String(value.$go), value.v);
  return value;
}

function readNumber(text: string): unknown {
  const value = Number(text);
  if (/[.eE]/.test(text)) return Number.isInteger(value) ? new Typed('float64', value) : value;
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function ofType(type: string, value: unknown): Typed {
  if (!type.startsWith('map[int]')) return new Typed(type, value);
  return new Typed(type, new Map(Object.entries(value ?? {}).map(([key, item]) => [Number(key), item])));
}
