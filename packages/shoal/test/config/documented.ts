import { DIALECTS } from '../../src/config/dialects/decide.ts';
import type { Dialect } from '../../src/config/dialects/dialect.ts';
import type { Field, Fields } from '../../src/config/fields.ts';
import { AGENT_FLAGS } from '../../src/config/flags.ts';
import type { SettingName } from '../../src/config/settings.ts';

/** A key as the documentation writes it: dotted, with `NAME` for a label. */
type KeyUse = { readonly key: string; readonly settings: readonly SettingName[]; readonly reason: string | undefined };

/** Every key of a dialect's tables. */
export function keysOf(fields: Fields, path: readonly string[] = []): KeyUse[] {
  return Object.entries(fields).flatMap(([name, field]) => keysOfField([...path, name], field));
}

function keysOfField(path: readonly string[], field: Field): KeyUse[] {
  const key = path.join('.');
  switch (field.kind) {
    case 'block': {
      const plain = field.plain === undefined ? [] : [{ key, settings: field.plain.to, reason: undefined }];
      return [...plain, ...keysOf(field.fields, path)];
    }
    case 'labelled':
    case 'list':
      return [{ key: field.kind === 'labelled' ? `${key}.NAME` : key, settings: [field.to], reason: undefined }];
    case 'ignored':
      return [{ key, settings: [], reason: field.reason ?? '' }];
    default:
      return [{ key, settings: field.to, reason: undefined }];
  }
}

/** How each setting is written: by dialect, and as a flag. */
export function spellings(setting: SettingName): Record<Dialect | 'flag', string[]> {
  const of = (dialect: Dialect) =>
    keysOf(DIALECTS.find(({ name }) => name === dialect)?.fields ?? {})
      .filter(({ settings }) => settings.includes(setting))
      .map(({ key }) => key);
  const flags = AGENT_FLAGS.filter(({ to }) => to.includes(setting)).map(({ names }) => `-${names[0]}`);
  return { consul: of('consul'), nomad: of('nomad'), shoal: of('shoal'), flag: flags };
}

/** Every setting that a dialect or flag can make. */
export function settingNames(): SettingName[] {
  const names = DIALECTS.flatMap(({ fields }) => keysOf(fields).flatMap(({ settings }) => settings));
  return [...new Set([...names, ...AGENT_FLAGS.flatMap(({ to }) => to)])];
}

/** Keys without effect by the reason that is given; the empty reason is said to nobody. */
export function reasons(dialect: Dialect): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { key, reason } of keysOf(DIALECTS.find(({ name }) => name === dialect)?.fields ?? {})) {
    if (reason !== undefined) found.set(reason, [...(found.get(reason) ?? []), key]);
  }
  return found;
}
