import { byteOf } from '../bytes.ts';

const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Go's quoted form of a text (strconv.Quote); `ascii` escapes all that is not ASCII. */
export function quoteString(text: string, options: { ascii?: boolean; quote?: '"' | "'" } = {}): string {
  const quote = options.quote ?? '"';
  const body = [...text].map((char) => escapeChar(char, quote, options.ascii ?? false)).join('');
  return `${quote}${body}${quote}`;
}

function escapeChar(char: string, quote: string, ascii: boolean): string {
  if (char === quote) return `\\${char}`;
  const named = NAMED[char];
  if (named !== undefined) return named;
  const code = byteOf(char) ?? char.codePointAt(0) ?? 0;
  if (PRINTABLE.test(char) && (!ascii || code < 0x80)) return char;
  const hex = code.toString(16);
  if (code < 0x80 || byteOf(char) !== undefined) return `\\x${hex.padStart(2, '0')}`;
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

/** Whether a text can stand between backquotes as it is. */
export function fitsBackquotes(text: string): boolean {
  return !/[`\ufeff]|(?!\t)\p{Cc}/u.test(text);
}

export function isPrintable(char: string): boolean {
  return PRINTABLE.test(char);
}
