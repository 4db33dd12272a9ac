import type { Diagnostic } from '@shoal/hcl';
import type { Merged } from './merge.ts';
import type { Setting, SettingName } from './settings.ts';

/** An error at the place where a setting has its value from; of a map, where it has its member `key` from. */
export function problemAt(
  merged: Merged,
  name: SettingName,
  summary: string,
  detail: string,
  key?: string,
): Diagnostic {
  const has = ({ value }: Setting): boolean =>
    key === undefined || (typeof value === 'object' && Object.hasOwn(value, key));
  const origin =
    merged.settings.findLast((setting) => setting.name === name && has(setting)) ?? merged.origins.get(name);
  const range = origin?.range;
  return { severity: 'error', summary, detail, ...(range !== undefined && { range }) };
}
