import type { Job } from '@shoal/api';
import { parseDuration } from '../duration.ts';
import type { Draft } from './draft.ts';
import type { Field, MapField, ScalarField, Struct, Values } from './schema/field.ts';
import { unsetValue } from './schema/field.ts';
import { job } from './schema/job.ts';

/** Something in API JSON that is not as the API says. `path` is dotted: `TaskGroups[0].Count`. */
export type ReadProblem = { path: string; message: string };

export type ReadJob = {
  job: Draft<Job>;
  /** Values of the wrong type or out of range; those fields count as unset. The API answers them with 400. */
  errors: ReadProblem[];
  /** Fields that no version of the API has; they are left out. */
  unknown: ReadProblem[];
};

type Report = { errors: ReadProblem[]; unknown: ReadProblem[] };

/**
 * Reads a job as clients send it to `PUT /v1/jobs` (any part of it) into the whole structure, without filling defaults.
 * Field names are matched as Go's decoder does: exactly, else without regard to case. `input` is never changed or kept.
 */
export function readJob(input: unknown): ReadJob {
  const report: Report = { errors: [], unknown: [] };
  if (!isObject(input)) report.errors.push({ path: 'Job', message: `must be an object, not ${kindOf(input)}` });
  const read = readStruct(isObject(input) ? input : {}, job, '', report);
  return { job: read as Draft<Job>, ...report };
}

function readStruct(input: Values, struct: Struct, path: string, report: Report): Values {
  const given = matchNames(input, struct, path, report);
  const values: Values = {};
  for (const [name, field] of Object.entries(struct.fields)) {
    const value = readField(given[name], field, at(path, name), report);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function matchNames(input: Values, struct: Struct, path: string, report: Report): Values {
  const given: Values = {};
  const lowered = new Map(Object.keys(struct.fields).map((name) => [name.toLowerCase(), name]));
  for (const [key, value] of Object.entries(input)) {
    const name = Object.hasOwn(struct.fields, key) ? key : lowered.get(key.toLowerCase());
    if (name !== undefined) given[name] = value;
    else report.unknown.push({ path: at(path, key), message: `${struct.name} has no field "${key}"` });
  }
  return given;
}

function readField(value: unknown, field: Field, path: string, report: Report): unknown {
  if (value === undefined || value === null) return unsetValue(field);
  const fail = (wanted: string) => {
    report.errors.push({ path, message: `must be ${wanted}, not ${kindOf(value)}` });
    return unsetValue(field);
  };
  switch (field.kind) {
    case 'scalar':
      return readScalar(value, field) ?? fail(wantedScalar(field));
    case 'texts':
      if (field.items === 'integer') return isIntegers(value) ? [...value] : fail('a list of whole numbers');
      return isTexts(value) ? [...value] : fail('a list of strings');
    case 'map':
      return readMap(value, field) ?? fail(field.values === 'text' ? 'a map of strings' : 'a map of lists of strings');
    case 'free':
      return structuredClone(value);
    case 'struct':
      return isObject(value) ? readStruct(value, field.struct, path, report) : fail('an object');
    case 'structs':
      if (!Array.isArray(value)) return fail('a list of objects');
      return value.map((item, index) => readItem(item, field.struct, `${path}[${index}]`, report));
    case 'keyed':
      if (!isObject(value)) return fail('a map of objects');
      return mapValues(value, (item, key) => readItem(item, field.struct, at(path, key), report));
  }
}

function readItem(item: unknown, struct: Struct, path: string, report: Report): Values {
  if (!isObject(item)) report.errors.push({ path, message: `must be an object, not ${kindOf(item)}` });
  return readStruct(isObject(item) ? item : {}, struct, path, report);
}

function readScalar(value: unknown, field: ScalarField): unknown {
  switch (field.type) {
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'integer':
      return isWithin(value, field.range) ? value : undefined;
    case 'duration':
      return typeof value === 'string' ? parseDuration(value) : isWithin(value) ? value : undefined;
  }
}

function isWithin(value: unknown, range?: readonly [number, number]): boolean {
  if (!Number.isInteger(value)) return false;
  return range === undefined || ((value as number) >= range[0] && (value as number) <= range[1]);
}

function wantedScalar(field: ScalarField): string {
  if (field.type === 'text') return 'a string';
  if (field.type === 'flag') return 'true or false';
  if (field.type === 'duration') return 'whole nanoseconds (or text like "30s")';
  return field.range ? `a whole number between ${field.range[0]} and ${field.range[1]}` : 'a whole number';
}

function readMap(value: unknown, field: MapField): Values | undefined {
  if (!isObject(value)) return undefined;
  const isRight = field.values === 'text' ? (item: unknown) => typeof item === 'string' : isTexts;
  return Object.values(value).every(isRight) ? structuredClone(value) : undefined;
}

function mapValues(input: Values, change: (value: unknown, key: string) => unknown): Values {
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, change(value, key)]));
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isInteger);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : JSON.stringify(value).slice(0, 60);
}

function at(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
