import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromJs, numberToText, toJs, typeOf, typeToString, type Value } from '../../src/index.ts';

/** Where the recordings of the real programs are: beside the repository, or where SHOAL_GOLDEN says. */
const golden = process.env['SHOAL_GOLDEN'] ?? fileURLToPath(new URL('../../../../../shared/golden', import.meta.url));

export function recordingPath(name: string): string {
  const path = `${golden}/hcl/${name}`;
  if (!existsSync(path)) throw new Error(`No recordings at ${path}: set SHOAL_GOLDEN to the folder that holds hcl/`);
  return path;
}

/** The cases of a file. What they hold is the file's affair: the tests say what they expect. */
export function recordings<T>(file: string): T[] {
  return JSON.parse(readFileSync(recordingPath(file), 'utf8')) as T[];
}

export type Recorded = { result: unknown; type: string; text?: string };

/** A value as the recordings write it. */
export function recorded(value: Value): Recorded {
  const written = { result: plain(value), type: typeToString(typeOf(value)) };
  return value.kind === 'number' ? { ...written, text: numberToText(value.value) } : written;
}

function plain(value: Value): unknown {
  switch (value.kind) {
    case 'unknown':
      return { $unknown: true };
    case 'number':
      return value.value.infinite ? numberToText(value.value) : toJs(value);
    case 'list':
    case 'set':
    case 'tuple':
      return value.items.map(plain);
    case 'map':
    case 'object':
      return Object.fromEntries([...value.entries].map(([key, item]) => [key, plain(item)]));
    default:
      return toJs(value);
  }
}

export function variables(json: Record<string, unknown> = {}): ReadonlyMap<string, Value> {
  return new Map(Object.entries(json).map(([name, value]) => [name, fromJs(value)]));
}
