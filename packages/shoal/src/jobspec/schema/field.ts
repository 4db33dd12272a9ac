/**
 * The vocabulary in which every block of a job is declared once: its name in the API, its name in job files, its type,
 * and what it is when nobody sets it. Parsing, reading API JSON, storing and diffing all walk these tables.
 *
 * A field without `file` exists in the API only.
 */
export type ScalarType = 'text' | 'integer' | 'flag' | 'duration';

/**
 * What an unset field looks like:
 * - `plain`: its zero value, always
 * - `nullable`: `null` until it is canonicalized, its zero value in the store
 * - `pointer`: `null`, in the store too
 * - `later`: absent (a field of Nomad versions after the recorded one, or of Shoal)
 */
export type Presence = 'plain' | 'nullable' | 'pointer' | 'later';

type Common = { file?: string; presence: Presence; required?: boolean };

export type ScalarField = Common & { kind: 'scalar'; type: ScalarType; range?: readonly [number, number] };
/** A list of texts, or of whole numbers. */
export type TextsField = Common & { kind: 'texts'; items?: 'integer' };
/** A map with the user's keys. In job files a block; with `attribute`, an argument too. */
export type MapField = Common & { kind: 'map'; values: 'text' | 'texts'; attribute: boolean };
/** Whatever the user writes, in the words of a driver or a plug-in: a block, with `attribute` an argument too. */
export type FreeField = Common & { kind: 'free'; attribute?: true };
export type StructField = Common & { kind: 'struct'; struct: Struct; lastWins?: boolean };
export type StructsField = Common & { kind: 'structs'; struct: Struct; uniqueLabels?: boolean };
/** A map of structs; the key is the struct's label. */
export type KeyedField = Common & { kind: 'keyed'; struct: Struct };

export type Field = ScalarField | TextsField | MapField | FreeField | StructField | StructsField | KeyedField;

export type Values = Record<string, unknown>;

export type Struct = {
  /** As messages name it, the block's name in job files. */
  name: string;
  fields: Record<string, Field>;
  /** The API field that takes the block's label. */
  label?: string;
  /** Only these labels exist; the value is what the API calls them. */
  labels?: Record<string, string>;
  /** What exists in job files only: shorthands and other spellings, resolved by `finish`. */
  fileOnly?: Record<string, Field>;
  /** Turns what a job file said (`extra` holds the fields of `fileOnly`, unset ones absent) into the API's shape. */
  finish?: (values: Values, extra: Values, label: string) => void;
};

const scalar =
  (type: ScalarType) =>
  (file?: string): ScalarField => ({
    kind: 'scalar',
    type,
    presence: 'plain',
    ...(file !== undefined && { file }),
  });

export const text = scalar('text');
export const integer = scalar('integer');
export const flag = scalar('flag');
/** Whole nanoseconds in the API; `"1m30s"` or nanoseconds in job files. */
export const duration = scalar('duration');

const named = (file?: string) => ({ presence: 'nullable' as const, ...(file !== undefined && { file }) });

export const texts = (file?: string): TextsField => ({ kind: 'texts', ...named(file) });
export const integers = (file?: string): TextsField => ({ kind: 'texts', items: 'integer', ...named(file) });
export const textMap = (file?: string): MapField => ({ kind: 'map', values: 'text', attribute: false, ...named(file) });
export const textsMap = (file?: string): MapField => ({ ...textMap(file), values: 'texts' });
/** A map that a job file may also write as an argument: `meta = { … }`. */
export const textMapOrArgument = (file: string): MapField => ({ ...textMap(file), attribute: true });
export const free = (file?: string): FreeField => ({ kind: 'free', ...named(file) });
export const freeOrArgument = (file: string): FreeField => ({ ...free(file), attribute: true });
export const one = (struct: Struct, file?: string): StructField => ({ kind: 'struct', struct, ...named(file) });
export const many = (struct: Struct, file?: string): StructsField => ({ kind: 'structs', struct, ...named(file) });
export const keyed = (struct: Struct, file?: string): KeyedField => ({ kind: 'keyed', struct, ...named(file) });

export const nullable = <F extends Field>(field: F): F => ({ ...field, presence: 'nullable' });
export const pointer = <F extends Field>(field: F): F => ({ ...field, presence: 'pointer' });
export const later = <F extends Field>(field: F): F => ({ ...field, presence: 'later' });
export const required = <F extends Field>(field: F): F => ({ ...field, required: true });
export const within = (least: number, most: number, field: ScalarField): ScalarField => ({
  ...field,
  range: [least, most],
});

/** The value that stands for "nothing was said" in fields that are not nullable. */
export function zeroValue(type: ScalarType): string | number | boolean {
  if (type === 'text') return '';
  return type === 'flag' ? false : 0;
}

/** What `field` holds when nobody set it; `undefined` means absent. */
export function unsetValue(field: Field): unknown {
  if (field.presence === 'later') return undefined;
  return field.kind === 'scalar' && field.presence === 'plain' ? zeroValue(field.type) : null;
}
