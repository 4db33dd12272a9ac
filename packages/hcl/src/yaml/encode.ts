import { numberToText } from '../big-float.ts';
import type { Value } from '../values.ts';

/** YAML in block style; texts and keys are quoted, so that none is taken for something else. */
export function encodeYaml(value: Value): string {
  const [first, ...others] = block(value);
  const lines = value.kind === 'string' ? [first, ...indented(others)] : [first, ...others];
  // A document that is one plain scalar is marked as ended.
  const open = value.kind === 'number' || value.kind === 'bool' || value.kind === 'null';
  return `${lines.join('\n')}\n${open ? '...\n' : ''}`;
}

/** The lines of a value, without indentation. */
function block(value: Value): string[] {
  switch (value.kind) {
    case 'list':
    case 'set':
    case 'tuple':
      return value.items.length === 0 ? ['[]'] : value.items.flatMap((item) => hang('- ', block(item)));
    case 'map':
    case 'object':
      return value.entries.size === 0 ? ['{}'] : [...value.entries].flatMap(([key, item]) => entry(quote(key), item));
    case 'string':
      return text(value.value);
    case 'number':
      return [number(value)];
    case 'bool':
      return [String(value.value)];
    default:
      return ['null'];
  }
}

function number({ value }: Value & { kind: 'number' }): string {
  if (value.infinite) return value.negative ? '-.inf' : '.inf';
  return numberToText(value);
}

/** The first line behind the mark, the others below it. */
function hang(mark: string, [first = '', ...others]: readonly string[]): string[] {
  const indent = ' '.repeat(mark.length);
  return [mark + first, ...others.map((line) => (line === '' ? '' : indent + line))];
}

function entry(key: string, value: Value): string[] {
  const lines = block(value);
  if (isFilledMapping(value)) return [`${key}:`, ...indented(lines)];
  if (isFilledSequence(value)) return [`${key}:`, ...lines];
  const [first, ...others] = lines;
  return [`${key}: ${first}`, ...indented(others)];
}

function isFilledMapping(value: Value): boolean {
  return (value.kind === 'map' || value.kind === 'object') && value.entries.size > 0;
}

function isFilledSequence(value: Value): boolean {
  return (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') && value.items.length > 0;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}

/** Several lines are written below a `|`, unless something in them needs escapes. */
function text(source: string): string[] {
  const plain = /^[^\s][^\p{Cc}\ufeff]*(?:\n[^\p{Cc}\ufeff]*)+$/u.test(source) && !/[ \t](?:\n|$)/.test(source);
  if (!plain) return [quote(source)];
  const body = source.replace(/\n$/, '');
  const chomp = !source.endsWith('\n') ? '-' : body.endsWith('\n') ? '+' : '';
  return [`|${chomp}`, ...body.split('\n')];
}

const short: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
  '\ufeff': '\\uFEFF',
};

function quote(source: string): string {
  return `"${source.replace(/["\\\p{Cc}\u2028\u2029\ufeff]/gu, escaped)}"`;
}

function escaped(character: string): string {
  return short[character] ?? `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
