import type { Diagnostic } from '@shoal/hcl';
import type { Merged } from './merge.ts';
import type { SettingName } from './settings.ts';

/** An error at the place where a setting has its value from. */
export function problemAt(merged: Merged, name: SettingName, summary: string, detail: string): Diagnostic {
  const range = merged.origins.get(name)?.range;
  return { severity: 'error', summary, detail, ...(range !== undefined && { range }) };
}
