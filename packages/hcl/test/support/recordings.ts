import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { numberToText, type Type, toJs, typeOf, typeToString, type Value } from '../../src/index.ts';

/** Where the recordings of the real programs are; SHOAL_GOLDEN overrides. */
const golden = process.env.SHOAL_GOLDEN ?? fileURLToPath(new URL('../../../../../shared/golden', import.meta.url));
export const hclRecordings = `${golden}/hcl`;

export function recordings<T>(file: string): T[] {
  const path = `${hclRecordings}/${file}`;
  if (!existsSync(path)) throw new Error(`no recordings at ${path}: set SHOAL_GOLDEN to the folder that holds hcl/`);
  return JSON.parse(readFileSync(path, 'utf8')) as T[];
}

/** A value as the recordings write it. */
export function recorded(value: Value): { result: unknown; type: string; text?: string } {
  const type = typeText(typeOf(value));
  if (value.kind !== 'number') return { result: plain(value), type };
  return { result: plain(value), type, text: numberToText(value.value) };
}

function plain(value: Value): unknown {
  switch (value.kind) {
    case 'unknown':
      return { $unknown: true };
    case 'number': {
      const n = toJs(value) as number;
      return value.value.infinite ? numberToText(value.value) : n;
    }
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

/** The recordings write the attributes of an object type in the order of their names. */
function typeText(type: Type): string {
  return typeToString(type);
}
