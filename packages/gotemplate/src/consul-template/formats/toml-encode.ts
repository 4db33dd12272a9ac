import { FunctionError } from '../../errors.ts';
import { sprintf } from '../../format/printf.ts';
import { checkSize } from '../../value-size.ts';
import { entries, items, kindOf, raw, typeName } from '../../values.ts';

/** TOML as BurntSushi's encoder writes it: what is simple before what is a table, both in the order of their keys. */
export function encodeToml(map: unknown): string {
  checkSize(map);
  const lines: string[] = [];
  writeTable(map, [], lines);
  return lines.join('\n').trim();
}

function writeTable(map: unknown, path: readonly string[], lines: string[]): void {
  const members = entries(map)
    .map(([key, value]) => [String(key), value] as const)
    .filter(([, value]) => value !== null && value !== undefined);
  const margin = '  '.repeat(path.length);
  for (const [key, value] of members.filter(([, value]) => !isTable(value) && !isTableList(value))) {
    lines.push(`${margin}${quoteKey(key)} = ${inline(value)}`);
  }
  for (const [key, value] of members.filter(([, value]) => isTable(value) || isTableList(value))) {
    if (isTable(value)) writeHeaded(value, [...path, key], ['[', ']'], lines);
    else for (const item of items(value)) writeHeaded(item, [...path, key], ['[[', ']]'], lines);
  }
}

function writeHeaded(table: unknown, path: readonly string[], [open, close]: [string, string], lines: string[]): void {
  if ((path.length === 1 || open === '[[') && lines.length > 0) lines.push('');
  lines.push(`${'  '.repeat(path.length - 1)}${open}${path.map(quoteKey).join('.')}${close}`);
  writeTable(table, path, lines);
}

function isTable(value: unknown): boolean {
  return kindOf(value) === 'map';
}

function isTableList(value: unknown): boolean {
  return kindOf(value) === 'list' && items(value).length > 0 && items(value).every(isTable);
}

function quoteKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quote(key);
}

function inline(value: unknown): string {
  const inner = raw(value);
  switch (kindOf(value)) {
    case 'string':
      return quote(String(inner));
    case 'float':
      return float(Number(inner));
    case 'list':
      return `[${sameKind(items(value)).map(inline).join(', ')}]`;
    case 'bool':
    case 'int':
    case 'uint':
      return String(inner);
    default:
      throw new FunctionError(`toTOML: unsupported type: ${typeName(value)}`);
  }
}

/** TOML's first version has lists of one type only. */
function sameKind(list: readonly unknown[]): readonly unknown[] {
  if (list.some((item) => item === null || item === undefined)) {
    throw new FunctionError('toTOML: toml: cannot encode array with nil element');
  }
  const kinds = new Set(list.map(kindOf));
  if (kinds.size > 1) throw new FunctionError('toTOML: toml: cannot encode array with mixed element types');
  return list;
}

/** A float is to be seen as one. */
function float(value: number): string {
  if (!Number.isFinite(value)) return sprintf('%v', [value]).toLowerCase();
  const digits = plain(value);
  return digits.includes('.') ? digits : `${digits}.0`;
}

/** All digits, never an exponent. */
function plain(value: number): string {
  const text = String(value);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text) ?? [];
  const shift = Number(exponent);
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits.padEnd(point, '0')}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that have to be escaped.
  const escaped = text.replace(/["\\\u0000-\u001f\u007f]/g, (char) => ESCAPES[char] ?? unicode(char));
  return `"${escaped}"`;
}

function unicode(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
