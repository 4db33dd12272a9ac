import { createHash, createHmac } from 'node:crypto';
import { bytesOf } from '../../bytes.ts';
import { FunctionError } from '../../errors.ts';
import type { FunctionSet } from '../../functions.ts';
import { compileRegexp, type Regexp } from '../../regexp.ts';
import { checkLength } from '../../text-limit.ts';
import { items, raw, Typed } from '../../values.ts';
import { decodeBase64, encodeBase64Url } from '../formats/base64.ts';
import { ofTexts } from './of-texts.ts';

/** Texts: the text that is piped in comes last. */
export const stringFunctions: FunctionSet = {
  /** The bytes that base64 stands for. */
  base64Decode: ofTexts(1, (text) => decodeBase64('base64Decode', text, 'standard')),
  /** The bytes of a text as base64. */
  base64Encode: ofTexts(1, (text) => bytesOf(text).toString('base64')),
  /** The same with the alphabet for URLs. */
  base64URLDecode: ofTexts(1, (text) => decodeBase64('base64URLDecode', text, 'url')),
  /** The same with the alphabet for URLs. */
  base64URLEncode: ofTexts(1, encodeBase64Url),
  /** The MD5 digest in hexadecimal digits. */
  md5sum: ofTexts(1, (text) => createHash('md5').update(bytesOf(text)).digest('hex')),
  /** The SHA-256 digest in hexadecimal digits. */
  sha256Hex: ofTexts(1, (text) => createHash('sha256').update(bytesOf(text)).digest('hex')),
  /** The keyed digest in hexadecimal digits. */
  hmacSHA256Hex: ofTexts(2, (message, key) =>
    createHmac('sha256', bytesOf(key)).update(bytesOf(message)).digest('hex'),
  ),
  /** Every line that holds something moved to the right. */
  indent: {
    min: 2,
    max: 2,
    params: ['int', 'string'],
    call: (width, text) => indent(Number(raw(width)), String(raw(text))),
  },
  /** The texts of a list as one. */
  join: {
    min: 2,
    max: 2,
    params: ['string', '[]string'],
    call: (by, list) => joinTexts(items(list).map(String), String(raw(by))),
  },
  /** The parts of a text. */
  split: ofTexts(2, (by, text) => new Typed('[]string', split(by, text.trim()))),
  /** Pairs of a text as a map. */
  splitToMap: ofTexts(3, (pairs, between, text) => splitToMap(text, pairs, between)),
  /** Every place of a text replaced. */
  replaceAll: ofTexts(3, (from, to, text) => replaceAll(from, to, text)),
  /** Whether an RE2 pattern matches somewhere. */
  regexMatch: ofTexts(2, (pattern, text) => regexp(pattern).test(text)),
  /** Every match of an RE2 pattern replaced; $1 and ${name} stand for groups. */
  regexReplaceAll: ofTexts(3, (pattern, template, text) => regexp(pattern).replaceAll(text, template)),
  /** In small letters. */
  toLower: ofTexts(1, (text) => text.toLowerCase()),
  /** In capitals. */
  toUpper: ofTexts(1, (text) => text.toUpperCase()),
  /** The first letter of each word as a capital. */
  toTitle: ofTexts(1, toTitle),
  /** Without white space at both ends. */
  trimSpace: ofTexts(1, (text) => text.trim()),
  /** Without these characters at both ends. */
  trim: ofTexts(2, (cut, text) => trimEnd(trimStart(text, cut), cut)),
  /** Without them at the beginning. */
  trimLeft: ofTexts(2, (cut, text) => trimStart(text, cut)),
  /** Without them at the end. */
  trimRight: ofTexts(2, (cut, text) => trimEnd(text, cut)),
  /** Without the prefix, if it has it. */
  trimPrefix: ofTexts(2, (prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  /** Without the suffix, if it has it. */
  trimSuffix: ofTexts(2, (suffix, text) =>
    suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
  ),
};

/** As Go's `strings.Split`: without a separator into characters. */
function split(by: string, text: string): string[] {
  if (text === '') return [];
  checkLength(text.length * (by === '' ? 8 : 1));
  return by === '' ? [...text] : text.split(by);
}

/** `k1:v1,k2:v2`: by what divides the pairs, and what stands between key and value. */
function splitToMap(text: string, pairs: string, between: string): Typed {
  const entries = split(pairs, text.trim()).map((pair) => {
    const at = pair.indexOf(between);
    if (at < 0)
      throw new FunctionError(`splitToMap: there is no ${JSON.stringify(between)} in ${JSON.stringify(pair)}`);
    return [pair.slice(0, at), pair.slice(at + between.length)] as const;
  });
  return new Typed('map[string]interface {}', Object.fromEntries(entries));
}

/** As Go's `strings.ReplaceAll`: an empty text is found around every character. */
function replaceAll(from: string, to: string, text: string): string {
  const parts = from === '' ? ['', ...text, ''] : text.split(from);
  return text === '' && from === '' ? to : joinTexts(parts, to);
}

function joinTexts(texts: readonly string[], by: string): string {
  checkLength(texts.reduce((sum, text) => sum + text.length + by.length, 0));
  return texts.join(by);
}

const MAX_INDENT = 10_000;

/** Every line that holds something is moved to the right. */
function indent(width: number, text: string): string {
  if (width < 0) throw new FunctionError('indent value must be a positive integer');
  if (width > MAX_INDENT) throw new FunctionError(`indent value must be at most ${MAX_INDENT}`);
  const lines = text.split('\n');
  checkLength(text.length + width * lines.length);
  return lines.map((line) => (line === '' ? '' : ' '.repeat(width) + line)).join('\n');
}

/** As Go's `strings.Title`: a letter behind something that is neither letter, digit nor `_` is made a capital. */
function toTitle(text: string): string {
  let inWord = false;
  return Array.from(text, (char) => {
    const starts = !inWord;
    inWord = /[\p{L}\p{Nd}_]/u.test(char) || (char > '\u007f' && !/\s/u.test(char));
    return starts ? titleCase(char) : char;
  }).join('');
}

function titleCase(char: string): string {
  const upper = char.toUpperCase();
  return [...upper].length === 1 ? upper : char;
}

function trimStart(text: string, cut: string): string {
  let from = 0;
  for (const char of text) {
    if (!cut.includes(char)) break;
    from += char.length;
  }
  return text.slice(from);
}

function trimEnd(text: string, cut: string): string {
  let end = text.length;
  for (let char = lastOf(text, end); char !== '' && cut.includes(char); char = lastOf(text, end)) end -= char.length;
  return text.slice(0, end);
}

/** The character before a place: both halves where it has two. */
function lastOf(text: string, end: number): string {
  const pair = text.slice(Math.max(0, end - 2), end);
  return [...pair].length === 1 ? pair : pair.slice(-1);
}

const compiled = new Map<string, Regexp>();
const MAX_COMPILED = 200;

/** A template asks with the same few patterns again and again. */
function regexp(pattern: string): Regexp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const made = compileRegexp(pattern);
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(pattern, made);
  return made;
}
