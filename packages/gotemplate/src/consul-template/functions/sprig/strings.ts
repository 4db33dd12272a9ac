import { randomInt } from 'node:crypto';
import { bytesOf, textOf } from '../../../bytes.ts';
import { FunctionError } from '../../../errors.ts';
import { quoteString } from '../../../format/quote.ts';
import type { FunctionSet } from '../../../functions.ts';
import { checkLength } from '../../../text-limit.ts';
import { raw } from '../../../values.ts';
import { ofTexts } from '../of-texts.ts';
import { stringFunctions } from '../strings.ts';
import { countOf, listOf, ofValues, textList, textOfValue, wholeOf } from './casts.ts';

/** Texts. What is counted are bytes, as in Go. */
export const sprigStrings: FunctionSet = {
  /** Without white space at both ends. */
  trim: ofTexts(1, (text) => text.trim()),
  /** Without these characters at both ends. */
  trimAll: ofTexts(2, (cut, text) => trimmed(cut, text)),
  /** The same. */
  trimall: ofTexts(2, (cut, text) => trimmed(cut, text)),
  /** Without the prefix, if it has it. */
  trimPrefix: ofTexts(2, (prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  /** Without the suffix, if it has it. */
  trimSuffix: ofTexts(2, (suffix, text) => (suffix && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text)),
  /** In capitals. */
  upper: ofTexts(1, (text) => text.toUpperCase()),
  /** In small letters. */
  lower: ofTexts(1, (text) => text.toLowerCase()),
  /** So many times. */
  repeat: ofValues(2, (count, text) => repeated(countOf(count), textOfValue(text))),
  /** From a byte up to another one; a negative end is the end of the text. */
  substr: ofValues(3, (from, to, text) => substring(countOf(from), countOf(to), textOfValue(text))),
  /** The first so many bytes; with a negative number the last. */
  trunc: ofValues(2, (count, text) => truncated(countOf(count), textOfValue(text))),
  /** Without any white space. */
  nospace: ofTexts(1, (text) => text.replace(/\s+/g, '')),
  /** Whether it holds the first text. */
  contains: ofTexts(2, (part, text) => text.includes(part)),
  /** Whether it begins with the first text. */
  hasPrefix: ofTexts(2, (prefix, text) => text.startsWith(prefix)),
  /** Whether it ends with the first text. */
  hasSuffix: ofTexts(2, (suffix, text) => text.endsWith(suffix)),
  /** Each value in double quotes. */
  quote: {
    call: (...values) =>
      present(values)
        .map((text) => quoteString(text))
        .join(' '),
  },
  /** Each value in single quotes. */
  squote: {
    call: (...values) =>
      present(values)
        .map((text) => `'${text}'`)
        .join(' '),
  },
  /** The values with blanks between them. */
  cat: { call: (...values) => present(values).join(' ') },
  /** Every line moved to the right. */
  indent: ofValues(2, (width, text) => indented(countOf(width), textOfValue(text))),
  /** The same, on a new line. */
  nindent: ofValues(2, (width, text) => `\n${indented(countOf(width), textOfValue(text))}`),
  /** Every place of a text replaced. */
  replace: ofTexts(3, (from, to, text) => stringFunctions['replaceAll']?.call(from, to, text)),
  /** The first text for one, the second for any other number. */
  plural: ofValues(3, (one, many, count) => (wholeOf(count) === 1n ? textOfValue(one) : textOfValue(many))),
  /** The value as a text. */
  toString: ofValues(1, textOfValue),
  /** The values of a list as texts. */
  toStrings: ofValues(1, (list) => textList(listOf('toStrings', list).map(textOfValue))),
  /** The values of a list with a text between them. */
  join: ofValues(2, (by, list) => joined(textOfValue(by), list)),
  /** The texts of a list in order. */
  sortAlpha: ofValues(1, (list) => textList([...texts('sortAlpha', list)].sort(byBytes))),
  /** The parts of a text as a map of `_0`, `_1` and so on. */
  split: ofTexts(2, (by, text) => numbered(parts(by, text))),
  /** The parts of a text as a list. */
  splitList: ofTexts(2, (by, text) => textList(parts(by, text))),
  /** The same, of at most so many parts, as a map. */
  splitn: ofValues(3, (by, count, text) => numbered(firstParts(textOfValue(by), countOf(count), textOfValue(text)))),
  /** Random digits and letters: another text at each rendering. */
  randAlphaNum: random('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'),
  /** Random letters. */
  randAlpha: random('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'),
  /** Random digits. */
  randNumeric: random('0123456789'),
  /** Random printable characters of ASCII. */
  randAscii: random(String.fromCharCode(...Array.from({ length: 95 }, (_, at) => 32 + at))),
  /** The characters of a text in random order. */
  shuffle: ofTexts(1, shuffled),
};

function trimmed(cut: string, text: string): unknown {
  return stringFunctions['trim']?.call(cut, text);
}

function repeated(count: number, text: string): string {
  if (count < 0) throw new FunctionError('repeat: negative count');
  checkLength(count * text.length);
  return text.repeat(count);
}

function substring(from: number, to: number, text: string): string {
  const bytes = bytesOf(text);
  const start = Math.max(0, from);
  const end = to < 0 || to > bytes.length ? bytes.length : to;
  if (start > end) throw new FunctionError(`substr: ${start} is behind ${end}`);
  return textOf(bytes.subarray(start, end));
}

function truncated(count: number, text: string): string {
  const bytes = bytesOf(text);
  if (count < 0) return bytes.length + count > 0 ? textOf(bytes.subarray(bytes.length + count)) : text;
  return bytes.length > count ? textOf(bytes.subarray(0, count)) : text;
}

function present(values: readonly unknown[]): string[] {
  return values.filter((value) => value !== null && value !== undefined).map(textOfValue);
}

const MAX_INDENT = 10_000;

function indented(width: number, text: string): string {
  if (width < 0 || width > MAX_INDENT) throw new FunctionError(`indent: the width is from 0 to ${MAX_INDENT}`);
  const lines = text.split('\n');
  checkLength(text.length + width * lines.length);
  return lines.map((line) => ' '.repeat(width) + line).join('\n');
}

/** A text alone counts as a list of one. */
function texts(name: string, list: unknown): readonly string[] {
  return typeof raw(list) === 'string' ? [String(raw(list))] : present(listOf(name, list));
}

function joined(by: string, list: unknown): string {
  const all = texts('join', list);
  checkLength(all.reduce((sum, text) => sum + text.length + by.length, 0));
  return all.join(by);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(bytesOf(a), bytesOf(b));
}

function parts(by: string, text: string): string[] {
  checkLength(text.length * (by === '' ? 8 : 1));
  return by === '' ? [...text] : text.split(by);
}

function firstParts(by: string, count: number, text: string): string[] {
  const all = parts(by, text);
  if (count < 0 || all.length <= count) return all;
  return count === 0 ? [] : [...all.slice(0, count - 1), all.slice(count - 1).join(by)];
}

function numbered(all: readonly string[]): Record<string, string> {
  return Object.fromEntries(all.map((part, at) => [`_${at}`, part]));
}

const MAX_RANDOM = 100_000;

function random(letters: string) {
  return ofValues(1, (count) => {
    const length = countOf(count);
    if (length < 0 || length > MAX_RANDOM) throw new FunctionError(`the length is from 0 to ${MAX_RANDOM}`);
    return Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('');
  });
}

function shuffled(text: string): string {
  if (text.length > MAX_RANDOM) throw new FunctionError(`shuffle: the text is longer than ${MAX_RANDOM} characters`);
  const characters = [...text];
  for (let at = characters.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [characters[at], characters[other]] = [characters[other] as string, characters[at] as string];
  }
  return characters.join('');
}
