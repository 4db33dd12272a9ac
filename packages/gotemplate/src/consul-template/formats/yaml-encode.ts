import { FunctionError } from '../../errors.ts';
import { sprintf } from '../../format/printf.ts';
import { checkSize } from '../../value-size.ts';
import { entries, items, kindOf, raw, structFields, Typed, typeName } from '../../values.ts';

/** Lines are broken at the first blank behind this column. */
const WIDTH = 80;

/** As go-yaml (version 2) writes it: block style, keys in natural order, lists not indented under their key. No line end at the end. */
export function encodeYaml(value: unknown): string {
  checkSize(value);
  return block(value, 0)
    .join('\n')
    .replace(/^\s*\n/, '')
    .trimEnd();
}

/** The lines of a value that stands at this indentation. */
function block(value: unknown, indent: number): string[] {
  if (isFilledMap(value)) {
    return pairs(value).flatMap(([key, item]) => labelled(`${scalar(key, indent)}:`, item, indent));
  }
  if (isFilledList(value)) return items(value).flatMap((item) => listItem(item, indent));
  return (' '.repeat(indent) + scalar(value, indent)).split('\n');
}

function labelled(label: string, item: unknown, indent: number): string[] {
  const head = ' '.repeat(indent) + label;
  if (isFilledList(item)) return [head, ...block(item, indent)];
  if (isFilledMap(item)) return [head, ...block(item, indent + 2)];
  return `${head} ${scalar(item, indent, head.length + 1)}`.split('\n');
}

/** The first line of what a list holds stands behind the dash. */
function listItem(item: unknown, indent: number): string[] {
  const lead = `${' '.repeat(indent)}- `;
  if (!isFilledList(item) && !isFilledMap(item)) return `${lead}${scalar(item, indent, lead.length)}`.split('\n');
  const [first = '', ...rest] = block(item, indent + 2);
  return [lead + first.slice(indent + 2), ...rest];
}

function isFilledMap(value: unknown): boolean {
  const kind = kindOf(value);
  return (kind === 'map' || kind === 'struct') && pairs(value).length > 0;
}

function isFilledList(value: unknown): boolean {
  return kindOf(value) === 'list' && items(value).length > 0;
}

function pairs(value: unknown): [unknown, unknown][] {
  if (kindOf(value) === 'struct') {
    return structFields(value).map(([name, item]) => [name.toLowerCase(), item]);
  }
  return entries(value).sort(([a], [b]) => naturalOrder(String(raw(a)), String(raw(b))));
}

/** Digits in keys count as numbers, letters come behind everything else. */
function naturalOrder(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.match(/\d+|\D/gu) ?? []);
  for (const [index, part] of (left ?? []).entries()) {
    const other = right?.[index];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return (left?.length ?? 0) - (right?.length ?? 0);
}

function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  if (/^\d/.test(a) && /^\d/.test(b)) return Number(a) - Number(b) || a.length - b.length;
  const isLetter = (part: string) => /^\p{L}/u.test(part);
  if (isLetter(a) !== isLetter(b)) return isLetter(a) ? 1 : -1;
  return a < b ? -1 : 1;
}

function scalar(value: unknown, indent: number, column = 0): string {
  const inner = raw(value);
  switch (kindOf(value)) {
    case 'invalid':
    case 'nil':
      return 'null';
    case 'string':
      return text(String(inner), indent, column);
    case 'float':
      return float(Number(inner));
    case 'list':
      return '[]';
    case 'map':
    case 'struct':
      return '{}';
    case 'func':
      throw new FunctionError(`toYAML: cannot marshal type: ${typeName(value)}`);
    default:
      return String(inner);
  }
}

function float(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return sprintf('%v', [new Typed('float64', value)]);
}

/** Words that YAML 1.1 takes for something else than text. */
const WORDS =
  /^(?:~|null|Null|NULL|[yYnN]|yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|<<)?$/;
const NUMBERS =
  /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[\da-fA-F_]+|[\d][\d_]*|(?:\d[\d_]*\.?[\d_]*|\.[\d_]+)(?:[eE][-+]?\d+)?|\.(?:inf|Inf|INF)|\d[\d_]*(?::[0-5]?\d)+(?:\.\d*)?)$|^\.(?:nan|NaN|NAN)$/;
const TIMES = /^\d{4}-\d\d?-\d\d?(?:(?:[Tt]|\s+)\d\d?:\d\d:\d\d(?:\.\d*)?\s*(?:Z|[-+]\d\d?(?::?\d\d)?)?)?$/;

function text(value: string, indent: number, column: number): string {
  if (/[^\n\t\x20-\x7e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(value)) return doubleQuoted(value);
  if (isOther(value)) return folded(`"${value}"`, column, indent);
  if (value.includes('\n')) return literal(value, indent);
  if (isPlain(value)) return folded(value, column, indent);
  return folded(`'${value.replaceAll("'", "''")}'`, column, indent);
}

function isOther(value: string): boolean {
  return WORDS.test(value) || TIMES.test(value) || NUMBERS.test(value);
}

/** What may stand without quotes: nothing in it can be taken for a sign of the language. */
function isPlain(value: string): boolean {
  if (/^[\s#,[\]{}&*!|>'"%@`]/.test(value) || /^[-?:](?:\s|$)/.test(value)) return false;
  if (/^(?:---|\.\.\.)/.test(value)) return false;
  return !/:(?:\s|$)|\s#|\s$|\t/.test(value);
}

function literal(value: string, indent: number): string {
  if (/ \n|^\s|\n\s*$(?<!\n)/.test(value) && / \n/.test(value)) return doubleQuoted(value);
  const chomp = !value.endsWith('\n') ? '-' : value.endsWith('\n\n') || value === '\n' ? '+' : '';
  const hint = /^[ \n]/.test(value) ? '2' : '';
  const body = value.replace(/\n$/, '').split('\n');
  const margin = ' '.repeat(indent + 2);
  return [`|${hint}${chomp}`, ...body.map((line) => (line === '' ? '' : margin + line))].join('\n');
}

const ESCAPES: Readonly<Record<string, string>> = {
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
};

function doubleQuoted(value: string): string {
  const escaped = Array.from(value, (char) => {
    const known = ESCAPES[char];
    if (known !== undefined) return known;
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0x20 && code !== 0x7f && !(code >= 0x80 && code < 0xa0) && code !== 0xfeff) return char;
    return code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`;
  });
  return `"${escaped.join('')}"`;
}

/** Long lines go on below, one step further in. */
function folded(value: string, column: number, indent: number): string {
  let width = column;
  let line = '';
  const chars = [...value];
  for (const [index, char] of chars.entries()) {
    const single = char === ' ' && chars[index - 1] !== ' ' && chars[index + 1] !== ' ';
    if (single && width > WIDTH && index > 1 && index < chars.length - 2) {
      line += `\n${' '.repeat(indent + 2)}`;
      width = indent + 2;
    } else {
      line += char;
      width += 1;
    }
  }
  return line;
}
