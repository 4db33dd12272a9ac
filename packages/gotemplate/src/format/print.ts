import { bytesOf, joined } from '../bytes.ts';
import { checkLength } from '../text-limit.ts';
import { checkSize } from '../value-size.ts';
import { complexOf, entries, items, kindOf, raw, structFields, Typed, typeName } from '../values.ts';
import { type Flags, formatFloat, formatInteger, pad } from './numbers.ts';
import { fitsBackquotes, isPrintable, quoteString } from './quote.ts';

const PLAIN: Flags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
};

/** What an action writes for a value: as `%v`, but nothing and nil are `<no value>`. */
export function printValue(value: unknown): string {
  // Most of what templates print.
  if (typeof value === 'string') return value;
  if (Number.isSafeInteger(value)) return String(value);
  const kind = kindOf(value);
  checkSize(value);
  return kind === 'invalid' || kind === 'nil' ? '<no value>' : formatValue(value, 'v', PLAIN);
}

/** fmt.Sprint: a space between operands when neither is a string. */
export function sprint(values: readonly unknown[]): string {
  let text = '';
  for (const [index, value] of values.entries()) {
    checkLength(text.length);
    checkSize(value);
    const spaced = index > 0 && kindOf(value) !== 'string' && kindOf(values[index - 1]) !== 'string';
    text += (spaced ? ' ' : '') + formatValue(value, 'v', PLAIN);
  }
  return joined(text);
}

/** fmt.Sprintln. */
export function sprintln(values: readonly unknown[]): string {
  values.forEach(checkSize);
  return joined(`${values.map((value) => formatValue(value, 'v', PLAIN)).join(' ')}\n`);
}

/** Widths and precisions beyond this are refused, as Go does. */
const LARGEST = 1_000_000;
const DIRECTIVE = /%([+\-# 0]*)(?:\[(\d+)\])?(\*|\d+)?(?:(\.)(?:\[(\d+)\])?(\*|\d+)?)?(?:\[(\d+)\])?([^\d]|$)/gsu;

/** fmt.Sprintf: what is wrong with the arguments is written into the text, as `%!d(string=x)`. */
export function sprintf(format: string, values: readonly unknown[]): string {
  values.forEach(checkSize);
  let next = 0;
  let reordered = false;
  const point = (index: string | undefined): void => {
    if (index === undefined) return;
    next = Number(index) - 1;
    reordered = true;
  };
  const star = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    return text === '*' ? Number(raw(values[next++])) : Number(text);
  };
  let written = 0;
  const text = format.replace(DIRECTIVE, (...[, marks, first, width, dot, second, precision, last, verb]) => {
    checkLength(written);
    point(first);
    const wide = star(width);
    point(second);
    const exact = dot === undefined ? undefined : (star(precision) ?? 0);
    point(last);
    if (Math.abs(wide ?? 0) > LARGEST) return '%!(BADWIDTH)';
    if (Math.abs(exact ?? 0) > LARGEST) return '%!(BADPREC)';
    if (verb === '') return '%!(NOVERB)';
    if (verb === '%') return '%';
    if (next < 0 || (reordered && next >= values.length)) return `%!${verb}(BADINDEX)`;
    if (next >= values.length) return `%!${verb}(MISSING)`;
    const formatted = formatValue(values[next++], verb, flagsOf(marks, wide, exact));
    written += formatted.length;
    return formatted;
  });
  return joined(reordered || next >= values.length ? text : text + extra(values.slice(next)));
}

function extra(values: readonly unknown[]): string {
  return `%!(EXTRA ${values.map(described).join(', ')})`;
}

function described(value: unknown): string {
  return isNil(value) ? '<nil>' : `${typeName(value)}=${formatValue(value, 'v', PLAIN)}`;
}

function flagsOf(marks: string, width: number | undefined, precision: number | undefined): Flags {
  const minus = marks.includes('-') || (width !== undefined && width < 0);
  return {
    plus: marks.includes('+'),
    minus,
    sharp: marks.includes('#'),
    space: marks.includes(' '),
    zero: marks.includes('0') && !minus,
    width: width === undefined ? undefined : Math.abs(width),
    precision: precision !== undefined && precision < 0 ? undefined : precision,
  };
}

function formatValue(value: unknown, verb: string, flags: Flags): string {
  if (verb === 'T') return pad(typeName(value), flags);
  if (isNil(value)) return verb === 'v' ? pad('<nil>', { ...flags, zero: false }) : `%!${verb}(<nil>)`;
  // With %v a plus asks for field names, not for signs.
  return known(value, verb, verb === 'v' ? { ...flags, plus: false } : flags) ?? `%!${verb}(${described(value)})`;
}

function known(value: unknown, verb: string, flags: Flags): string | undefined {
  const inner = raw(value);
  switch (kindOf(value)) {
    case 'bool':
      return verb === 't' || verb === 'v' ? pad(String(inner), flags) : undefined;
    case 'string':
      return formatText(String(inner), verb, flags);
    case 'int':
    case 'uint':
      return formatWhole(BigInt(inner as number | bigint), verb, flags);
    case 'float':
      return formatFloat(Number(inner), verb, flags);
    case 'complex':
      return formatComplex(value, verb, flags);
    case 'list':
    case 'map':
      return formatCollection(value, verb, flags);
    case 'struct':
      return ownText(value, verb, flags) ?? formatStruct(value, verb, flags);
    default:
      return verb === 'v' ? pad(typeName(value), flags) : undefined;
  }
}

/** Both parts under the verb, the second with its sign (fmt, "complex64, complex128"). */
function formatComplex(value: unknown, verb: string, flags: Flags): string | undefined {
  const { re, im } = complexOf(value);
  const real = formatFloat(re, verb, flags);
  return real === undefined ? undefined : `(${real}${formatFloat(im, verb, { ...flags, plus: true })}i)`;
}

function formatWhole(value: bigint, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return formatInteger(value, 'd', { ...flags, sharp: false });
    case 'c':
      return pad(String.fromCodePoint(usable(value)), flags);
    case 'q':
      return pad(quoteString(String.fromCodePoint(usable(value)), { quote: "'", ascii: flags.plus }), flags);
    case 'U':
      return pad(unicode(usable(value), flags.sharp), { ...flags, zero: false });
    default:
      return formatInteger(value, verb, flags);
  }
}

function usable(code: bigint): number {
  const valid = code >= 0n && code <= 0x10ffffn && !(code >= 0xd800n && code <= 0xdfffn);
  return valid ? Number(code) : 0xfffd;
}

function unicode(code: number, withChar: boolean): string {
  const char = String.fromCodePoint(code);
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return withChar && isPrintable(char) ? `${name} '${char}'` : name;
}

function formatText(text: string, verb: string, flags: Flags): string | undefined {
  // Taken apart, a text takes many times its length.
  if (flags.precision !== undefined || 'qxX'.includes(verb)) checkLength(text.length * APART);
  const cut = flags.precision === undefined ? text : [...text].slice(0, flags.precision).join('');
  switch (verb) {
    case 'v':
      return pad(flags.sharp ? quoteString(cut) : cut, flags);
    case 's':
      return pad(cut, flags);
    case 'q':
      return pad(flags.sharp && fitsBackquotes(cut) ? `\`${cut}\`` : quoteString(cut, { ascii: flags.plus }), flags);
    case 'x':
    case 'X':
      return pad(hexBytes(text, verb, flags), flags);
    default:
      return undefined;
  }
}

const APART = 10;

function hexBytes(text: string, verb: string, flags: Flags): string {
  const bytes = [...bytesOf(text)].slice(0, flags.precision);
  const prefix = flags.sharp ? `0${verb}` : '';
  const pairs = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  const cased = verb === 'X' ? pairs.map((pair) => pair.toUpperCase()) : pairs;
  if (cased.length === 0) return '';
  return flags.space ? cased.map((pair) => prefix + pair).join(' ') : prefix + cased.join('');
}

function formatCollection(value: unknown, verb: string, flags: Flags): string {
  const syntax = verb === 'v' && flags.sharp;
  const part = (item: unknown): string =>
    syntax && isNil(item) ? 'interface {}(nil)' : formatValue(item, verb, flags);
  const isMap = kindOf(value) === 'map';
  const parts = isMap
    ? entries(value).map(([key, item]) => `${part(key)}:${part(item)}`)
    : items(value).map((item) => part(item));
  if (syntax) return `${typeName(value)}{${parts.join(', ')}}`;
  return isMap ? `map[${parts.join(' ')}]` : `[${parts.join(' ')}]`;
}

/** A value that says itself what its text is (fmt, "Stringer"). */
function ownText(value: unknown, verb: string, flags: Flags): string | undefined {
  const method = value instanceof Typed ? value.methods?.['String']?.(value) : undefined;
  if (method === undefined || flags.sharp || !'vsqxX'.includes(verb)) return undefined;
  return formatText(String(method.entry.call()), verb, flags);
}

function formatStruct(value: unknown, verb: string, flags: Flags): string {
  const part = (item: unknown): string => formatValue(item, verb, flags);
  const parts = structFields(value).map(([name, item]) => (flags.plus ? `${name}:${part(item)}` : part(item)));
  return `${typeName(value).startsWith('*') ? '&' : ''}{${parts.join(' ')}}`;
}

function isNil(value: unknown): boolean {
  return value === undefined || value === null;
}
