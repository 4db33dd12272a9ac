import { joined } from './bytes.ts';
import { raw, Typed } from './values.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([abfnrtv\\'"]))|\\/g;

/**
 * The text of a quoted Go string, without its quotes; `undefined` when an escape is not one of Go's. `\\xff` and `\\377` are bytes of a text, and code
 * points of a character.
 */
export function unquote(body: string, quote: '"' | "'"): string | undefined {
  const other = quote === '"' ? "'" : '"';
  let valid = true;
  const text = body.replace(ESCAPE, (whole, byte, short, long, octal, simple) => {
    if (simple !== undefined && simple !== other) return SIMPLE[simple] ?? whole;
    const code = byte ?? short ?? long;
    const value = code === undefined ? Number.parseInt(octal ?? 'x', 8) : Number.parseInt(code, 16);
    const usable = value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff) && !(octal && value > 255);
    if (!usable) valid = false;
    const isByte = quote === '"' && value >= 0x80 && short === undefined && long === undefined;
    return usable ? String.fromCodePoint(isByte ? 0xdc00 + value : value) : whole;
  });
  return valid ? joined(text) : undefined;
}

/** A number as written in a template: complex with an `i`, an int when it fits one, else a float64; `undefined` when it is none of them. */
export function parseNumber(text: string): unknown {
  if (text.endsWith('i')) return complex(text.slice(0, -1));
  const sign = text.startsWith('-') ? -1 : 1;
  const written = text.replace(/^[+-]/, '');
  if (!goodUnderscores(written)) return undefined;
  const digits = written.replaceAll('_', '');
  if (/^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[0-9]+)$/.test(digits)) return integer(digits, sign);
  const value = /^0[xX]/.test(digits) ? hexFloat(digits) : decimal(digits);
  // More than a float64 can hold is no constant.
  return value === undefined || !Number.isFinite(value) ? undefined : float(sign * value);
}

/** The code point of a character constant. */
export function parseChar(text: string): number | undefined {
  const body = unquote(text.slice(1, -1), "'");
  if (body === undefined || [...body].length !== 1 || text === "'''") return undefined;
  return body.codePointAt(0);
}

/** `2i`, `1+2i`, without the `i`. */
function complex(text: string): unknown {
  const [, real = '', imaginary = ''] = /^([+-]?.*?[^eEpP])([+-].*)$/.exec(text) ?? [undefined, '0', text];
  const [re, im] = [real, imaginary].map((part) => {
    const value = /^[+-]?0[xX]/.test(part) ? undefined : parseNumber(part);
    return value === undefined ? undefined : Number(raw(value));
  });
  return re === undefined || im === undefined ? undefined : new Typed('complex128', { re, im });
}

export function float(value: number): unknown {
  return Number.isInteger(value) ? new Typed('float64', value) : value;
}

function integer(digits: string, sign: number): unknown {
  if (/^0[0-9]+$/.test(digits) && !/^0[0-7]+$/.test(digits)) return undefined;
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  const value = BigInt(octal.toLowerCase()) * BigInt(sign);
  // Beyond 64 bits Go cannot use the constant as an integer.
  if (value > 0xffff_ffff_ffff_ffffn || value < -0x8000_0000_0000_0000n) return undefined;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

function decimal(digits: string): number | undefined {
  return /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(digits) ? Number(digits) : undefined;
}

function hexFloat(digits: string): number | undefined {
  const parts = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/.exec(digits);
  if (parts === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = parts;
  const mantissa = Number.parseInt(`${whole}${fraction}` || '0', 16);
  return mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
}

/** Go allows `_` only between digits, or between a base prefix and a digit. */
function goodUnderscores(digits: string): boolean {
  if (!digits.includes('_')) return true;
  return !/^_|_$|__|_[.eEpP+-]|[.eEpP+-]_/.test(digits.replace(/^0[xXbBoO]_?/, '0'));
}
