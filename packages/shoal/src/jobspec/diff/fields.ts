import type { Field, Struct, Values } from '../schema/field.ts';
import type { DiffType, FieldDiff } from './types.ts';

/** Names of fields with their values as text. */
export type Flat = Map<string, string>;

/** The scalars of a block, and its maps as `Env[A]`. A missing block has none. */
export function flatten(value: Values | null, struct: Struct, skip: readonly string[] = []): Flat {
  const flat: Flat = new Map();
  if (value === null) return flat;
  for (const [name, field] of Object.entries(struct.fields)) {
    if (!skip.includes(name)) addField(flat, name, field, value[name]);
  }
  return flat;
}

function addField(flat: Flat, name: string, field: Field, value: unknown): void {
  if (field.kind === 'scalar' && (value !== undefined || field.presence !== 'later')) flat.set(name, asText(value));
  if (field.kind !== 'map') return;
  for (const [key, item] of Object.entries((value ?? {}) as Values)) flat.set(`${name}[${key}]`, asText(item));
}

/** A driver's configuration: nested members as `mounts[0][target]`. */
export function flattenFree(value: unknown, prefix = '', flat: Flat = new Map()): Flat {
  if (value === null || value === undefined) return flat;
  if (typeof value !== 'object') return flat.set(prefix, asText(value));
  for (const [key, item] of Object.entries(value)) flattenFree(item, prefix === '' ? key : `${prefix}[${key}]`, flat);
  return flat;
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** Sorted by name. With `unchanged`, fields that are the same on both sides are listed too, as `None`. */
export function diffFields(before: Flat, after: Flat, unchanged: boolean): FieldDiff[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const diffs = names.map((name) => diffField(name, before.get(name) ?? '', after.get(name) ?? ''));
  return unchanged ? diffs : diffs.filter((each) => each.Type !== 'None');
}

export function diffField(name: string, before: string, after: string): FieldDiff {
  return { Type: fieldType(before, after), Name: name, Old: before, New: after, Annotations: null };
}

function fieldType(before: string, after: string): DiffType {
  if (before === after) return 'None';
  if (before === '') return 'Added';
  return after === '' ? 'Deleted' : 'Edited';
}

export function orNull<T>(list: T[]): T[] | null {
  return list.length > 0 ? list : null;
}

/** The type of something with parts: `Edited` as soon as one of them changed. */
export function partsType(before: unknown, after: unknown, parts: { Type: DiffType }[]): DiffType {
  if (before === null) return after === null ? 'None' : 'Added';
  if (after === null) return 'Deleted';
  return parts.some((part) => part.Type !== 'None') ? 'Edited' : 'None';
}
