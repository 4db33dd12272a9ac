import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { plainSpec, type SpecFormat } from '../plain-spec.ts';

/** A variable as it is written down (https://developer.hashicorp.com/nomad/docs/other-specifications/variables), or as the API answers. */
export type Spec = {
  readonly namespace: string | undefined;
  readonly path: string | undefined;
  readonly items: Readonly<Record<string, string>>;
  /** What it was when it was read; 0 for none. */
  readonly modifyIndex: number;
};

export const EMPTY: Spec = { namespace: undefined, path: undefined, items: {}, modifyIndex: 0 };

/** By the end of its name; `fallback` where that does not say. */
export function formatOf(file: string, fallback: SpecFormat): SpecFormat {
  return file.endsWith('.hcl') ? 'hcl' : file.endsWith('.json') ? 'json' : fallback;
}

/** Names of members are taken in any form: `modify_index` is `ModifyIndex`. @throws CommandError, or ToldError when the mistake has been shown */
export function readSpec(text: string, file: string, format: SpecFormat, io: Io): Spec {
  const given = members(plainSpec(text, file, format, io), file);
  const items = given.get('items') ?? {};
  if (typeof items !== 'object' || Array.isArray(items))
    throw new CommandError(`${file}: "items" has to be one object of texts`);
  return {
    namespace: textOf(given, 'namespace', file),
    path: textOf(given, 'path', file),
    items: Object.fromEntries(Object.entries(items).map(([key, value]) => [key, itemText(key, value, file)])),
    modifyIndex: Number(given.get('modifyindex') ?? 0) || 0,
  };
}

const KNOWN = ['namespace', 'path', 'items', 'createindex', 'modifyindex', 'createtime', 'modifytime', 'lock'];

function members(value: unknown, file: string): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CommandError(`${file}: a variable is an object with "path" and "items"`);
  const found = new Map(
    Object.entries(value).map(([name, member]) => [name.toLowerCase().replaceAll('_', ''), member]),
  );
  const odd = [...found.keys()].find((name) => !KNOWN.includes(name));
  if (odd !== undefined)
    throw new CommandError(`${file}: a variable has no "${odd}"; it has "namespace", "path" and "items"`);
  return found;
}

function textOf(given: ReadonlyMap<string, unknown>, name: string, file: string): string | undefined {
  const value = given.get(name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new CommandError(`${file}: "${name}" has to be a text`);
  return value;
}

/** Numbers and truth values are written without quotes by habit. */
function itemText(key: string, value: unknown, file: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new CommandError(`${file}: item "${key}" has to be a text`);
}
