import { resolved } from './interpolate.ts';

const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*?))\s*(?:(?<=^|\s)#.*)?$/;

/**
 * The values of an `.env` file: `KEY=value` lines, in which quotes and a comment behind the value are no part of it, and
 * `${OTHER}` is a value from above. Source: Compose specification, "Interpolation", ".env file syntax".
 */
export function environmentIn(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, double, single, plain = ''] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const given = double ?? plain;
    values[name] = single ?? resolved(given, values) ?? given;
  }
  return values;
}
