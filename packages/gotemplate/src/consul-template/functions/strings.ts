import { createHash, createHmac } from 'node:crypto';
import { bytesOf } from '../../bytes.ts';
import { FunctionError } from '../../errors.ts';
import type { FunctionSet, Parameter, TemplateFunction } from '../../functions.ts';
import { compileRegexp, type Regexp } from '../../regexp.ts';
import { checkLength } from '../../text-limit.ts';
import { items, raw, Typed } from '../../values.ts';
import { decodeBase64, encodeBase64Url } from '../formats/base64.ts';

/** Texts: the text that is piped in comes last. */
export const stringFunctions: FunctionSet = {
  base64Decode: of(1, (text) => decodeBase64('base64Decode', text, 'standard')),
  base64Encode: of(1, (text) => bytesOf(text).toString('base64')),
  base64URLDecode: of(1, (text) => decodeBase64('base64URLDecode', text, 'url')),
  base64URLEncode: of(1, encodeBase64Url),
  md5sum: of(1, (text) => createHash('md5').update(bytesOf(text)).digest('hex')),
  sha256Hex: of(1, (text) => createHash('sha256').update(bytesOf(text)).digest('hex')),
  hmacSHA256Hex: of(2, (message, key) => createHmac('sha256', bytesOf(key)).update(bytesOf(message)).digest('hex')),
  indent: {
    min: 2,
    max: 2,
    params: ['int', 'string'],
    call: (width, text) => indent(Number(raw(width)), String(raw(text))),
  },
  join: {
    min: 2,
    max: 2,
    params: ['string', '[]string'],
    call: (by, list) => joinTexts(items(list).map(String), String(raw(by))),
  },
  split: of(2, (by, text) => new Typed('[]string', split(by, text.trim()))),
  splitToMap: of(3, (pairs, between, text) => splitToMap(text, pairs, between)),
  replaceAll: of(3, (from, to, text) => replaceAll(from, to, text)),
  regexMatch: of(2, (pattern, text) => regexp(pattern).test(text)),
  regexReplaceAll: of(3, (pattern, template, text) => regexp(pattern).replaceAll(text, template)),
  toLower: of(1, (text) => text.toLowerCase()),
  toUpper: of(1, (text) => text.toUpperCase()),
  toTitle: of(1, toTitle),
  trimSpace: of(1, (text) => text.trim()),
  trim: of(2, (cut, text) => trimEnd(trimStart(text, cut), cut)),
  trimLeft: of(2, (cut, text) => trimStart(text, cut)),
  trimRight: of(2, (cut, text) => trimEnd(text, cut)),
  trimPrefix: of(2, (prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text)),
  trimSuffix: of(2, (suffix, text) => (suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text)),
};

function of(count: number, call: (...texts: [string, string, string]) => unknown): TemplateFunction {
  const params = Array<Parameter>(count).fill('string');
  return {
    min: count,
    max: count,
    params,
    call: (...given) => call(...(given.map((text) => String(raw(text))) as [string, string, string])),
  };
}

/** As Go's `strings.Split`: without a separator into characters. */
function split(by: string, text: string): string[] {
  if (text === '') return [];
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
  const chars = [...text];
  const from = chars.findIndex((char) => !cut.includes(char));
  return from < 0 ? (cut === '' ? text : '') : chars.slice(from).join('');
}

function trimEnd(text: string, cut: string): string {
  const chars = [...text];
  const last = chars.findLastIndex((char) => !cut.includes(char));
  return last < 0 && cut === '' ? text : chars.slice(0, last + 1).join('');
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
