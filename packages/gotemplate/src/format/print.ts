import { bytesOf, joined } from '../bytes.ts';
import { checkLength } from '../text-limit.ts';
import { checkSize } from '../value-size.ts';
import { complexOf, entries, items, kindOf, raw, structFields, Typed, typeName } from '../values.ts';
import { type Flags, formatFloat, formatInteger, pad } from './numbers.ts';
import { fitsBackquotes, isPrintable, quoteString } from './quote.ts';

export const PLAIN: Flags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
};

const NIL = '<nil>';

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

/** A value that its verb does not fit, or that no verb was there for, with its type. Of the flags all hold but the sharp one, which asks for Go's syntax. */
export function described(value: unknown, flags: Flags): string {
  return isNil(value) ? NIL : `${typeName(value)}=${known(value, 'v', { ...flags, sharp: false })}`;
}

export function formatValue(value: unknown, verb: string, flags: Flags): string {
  if (verb === 'T') return formatText(typeName(value), 's', flags) as string;
  // Only for Errorf; everywhere else it fits nothing, not even the parts of a list.
  if (verb === 'w') return `%!w(${described(value, flags)})`;
  if (isNil(value)) return verb === 'v' ? pad(NIL, { ...flags, zero: false }) : `%!${verb}(${NIL})`;
  // With %v a plus asks for field names, not for signs.
  return (
    known(value, verb, verb === 'v' ? { ...flags, plus: false } : flags) ?? `%!${verb}(${described(value, flags)})`
  );
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
      return pad(unicode(value, flags), { ...flags, zero: false });
    default:
      return formatInteger(value, verb, flags);
  }
}

function usable(code: bigint): number {
  const valid = code >= 0n && code <= 0x10ffffn && !(code >= 0xd800n && code <= 0xdfffn);
  return valid ? Number(code) : 0xfffd;
}

/** The number is written also where no character has it; a negative one as its 64 bits. */
function unicode(value: bigint, { sharp, precision = 4 }: Flags): string {
  const code = BigInt.asUintN(64, value);
  const name = `U+${code.toString(16).toUpperCase().padStart(Math.max(4, precision), '0')}`;
  const char = code <= 0x10ffffn ? String.fromCodePoint(usable(code)) : '';
  return sharp && char !== '' && isPrintable(char) ? `${name} '${char}'` : name;
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
  let characters = 0;
  const part = (item: unknown): string => {
    // Inside of others nil is the same under all verbs.
    const text = isNil(item) ? (syntax ? 'interface {}(nil)' : NIL) : formatValue(item, verb, flags);
    characters += text.length;
    checkLength(characters);
    return text;
  };
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
