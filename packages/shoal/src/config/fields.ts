import type { DocumentObject, DocumentValue } from './document.ts';
import type { SettingName, Settings } from './settings.ts';

/**
 * The vocabulary in which each dialect's keys are declared once. Reading, suggestions and the documentation go by
 * these tables.
 */
export type Field = ValueField | BlockField | LabelledField | ListField | IgnoredField;
export type Fields = Readonly<Record<string, Field>>;

/** Names of settings whose values are of type `T`. */
export type NameOf<T> = {
  [N in SettingName]: Settings[N] extends T ? (T extends Settings[N] ? N : never) : never;
}[SettingName];

export type ValueKind =
  | 'text'
  | 'integer'
  | 'number'
  | 'flag'
  | 'duration'
  | 'seconds'
  | 'texts'
  | 'map'
  | 'secondsMap'
  | 'free';

/** A key with a value, and the settings it makes. */
export type ValueField = {
  readonly kind: ValueKind;
  readonly to: readonly SettingName[];
  /** Turns what was read into the setting's value; undefined sets nothing. */
  readonly convert?: (value: never) => unknown;
  /** What the value must be: then it is an error when `convert` makes nothing of it. */
  readonly wanted?: string;
  /** Least and largest number. */
  readonly range?: readonly [number, number];
};

/** A nested block (or object). `present` are settings made by its being there. */
export type BlockField = {
  readonly kind: 'block';
  readonly fields: Fields;
  readonly present?: Partial<Settings>;
  /** The block may be given as a plain value too, which is read as this field. */
  readonly plain?: ValueField;
};

/** Blocks with a label, as `plugin "docker" { … }`; each makes one entry of a map, or, with `listed`, one element of a list, which has the label as its `name`. */
export type LabelledField = {
  readonly kind: 'labelled';
  readonly to: SettingName;
  readonly fields: Fields;
  /** Where keys that are none of `fields` belong. */
  readonly elsewhere?: string;
  readonly listed?: true;
  /** What the block comes to; a text is the reason why it cannot be used. */
  readonly read: (body: Record<string, unknown>) => { value: unknown } | string;
};

/** Blocks that may come many times, or a list of objects; each is one element. */
export type ListField = {
  readonly kind: 'list';
  readonly to: SettingName;
  readonly read: (body: Record<string, unknown>) => { value: unknown } | string;
};

/** A documented key that has no effect here. Without a reason nothing is said about it. */
export type IgnoredField = {
  readonly kind: 'ignored';
  readonly reason: string | undefined;
  /** Values that mean what is so anyway: nothing is said about them. */
  readonly unless?: (value: DocumentValue | DocumentObject) => boolean;
};

const valueField =
  <T>(kind: ValueKind) =>
  (...to: NameOf<T>[]): ValueField => ({ kind, to });

export const text = valueField<string>('text');
export const integer = valueField<number>('integer');
export const number = valueField<number>('number');
export const flag = valueField<boolean>('flag');
/** Go's durations, kept in milliseconds. */
export const duration = valueField<number>('duration');
/** Go's durations, kept in whole seconds. */
export const seconds = valueField<number>('seconds');
export const texts = valueField<readonly string[]>('texts');
export const map = valueField<Record<string, string>>('map');
export const secondsMap = valueField<Record<string, number>>('secondsMap');
export const free = valueField<Record<string, unknown>>('free');

/** A port. `off` allows -1 for none. */
export const port = (...to: NameOf<number>[]): ValueField => ({ kind: 'integer', to, range: [-1, 65_535] });
export const within = (least: number, most: number, field: ValueField): ValueField => ({
  ...field,
  range: [least, most],
});
/** A value that a setting says in another way. */
export const converted = <V, N extends SettingName>(
  kind: ValueKind,
  to: N,
  convert: (value: V) => Settings[N] | undefined,
  wanted?: string,
): ValueField => ({ kind, to: [to], convert, ...(wanted !== undefined && { wanted }) });

export const block = (fields: Fields, present?: Partial<Settings>): BlockField => ({
  kind: 'block',
  fields,
  ...(present !== undefined && { present }),
});

/** Each of `names` is known and does nothing here, for `reason`. */
export function ignored(reason: string | undefined, names: string): Fields {
  const field: IgnoredField = { kind: 'ignored', reason };
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, field]),
  );
}

/** Known, without effect, and as a rule not worth a word. */
export const silent = (names: string): Fields => ignored(undefined, names);
