import { parse } from 'yaml';
import { textOf } from '../../bytes.ts';
import { FunctionError } from '../../errors.ts';
import { Typed } from '../../values.ts';

/** YAML 1.1 as Go values: maps have keys of any type, whole numbers are ints. Aliases may not multiply without end. */
export function decodeYaml(text: string): unknown {
  try {
    // Keys that are no texts stay what they are: a Map can hold them.
    const options = {
      version: '1.1',
      mapAsMap: true,
      intAsBigInt: true,
      maxAliasCount: 1000,
      logLevel: 'error',
    } as const;
    return typed(parse(text, options));
  } catch (error) {
    throw new FunctionError(`yaml: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function typed(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === 'number') return new Typed('float64', value);
  if (Array.isArray(value)) return value.map(typed);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Set) return mapOf([...value].map((key) => [key, null]));
  if (value instanceof Map) return mapOf([...value]);
  if (value instanceof Uint8Array) return textOf(value);
  return value;
}

function mapOf(entries: readonly [unknown, unknown][]): Typed {
  return new Typed('map[interface {}]interface {}', new Map(entries.map(([key, item]) => [typed(key), typed(item)])));
}
