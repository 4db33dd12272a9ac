import { graphemes } from '../graphemes.ts';
import { listType, stringType } from '../types.ts';
import { boolValue, listValue, numberValue, stringValue, type Value } from '../values.ts';
import { checkLength, define, defineVariadic, itemsOf, number, param, text, textOf, wholeOf } from './arguments.ts';
import { FunctionError, type HclFunction } from './function.ts';

/** A function from one text to another. */
function mapping(change: (source: string) => string): HclFunction {
  return define([text('str')], (value) => stringValue(change(textOf(value))));
}

/** A function of a text and another one. */
function mappingWith(second: string, change: (source: string, other: string) => string): HclFunction {
  return define([text('str'), text(second)], (value, other) => stringValue(change(textOf(value), textOf(other))));
}

function testing(second: string, test: (source: string, other: string) => boolean): HclFunction {
  return define([text('str'), text(second)], (value, other) => boolValue(test(textOf(value), textOf(other))));
}

function withoutBreaksBehind(source: string): string {
  let end = source.length;
  while (source[end - 1] === '\n' || source[end - 1] === '\r') end--;
  return source.slice(0, end);
}

/** Letter by letter: one whose other case is several letters, such as ß, stays as it is. */
function changeCase(source: string, change: (letter: string) => string): string {
  return Array.from(source, (letter) => {
    const changed = change(letter);
    return [...changed].length === 1 ? changed : letter;
  }).join('');
}

const upperCase = (source: string) => changeCase(source, (letter) => letter.toUpperCase());
const lowerCase = (source: string) => changeCase(source, (letter) => letter.toLowerCase());

/** A word begins at a letter that stands first, or behind a blank or an ASCII sign other than the underscore. */
function titleCase(source: string): string {
  return source.replace(/(?<![A-Za-z0-9_]|[^\p{ASCII}\s])\p{L}/gu, upperCase);
}

function trimSet(source: string, cutset: string): string {
  const set = new Set(cutset);
  const letters = [...source];
  let start = 0;
  let end = letters.length;
  while (start < end && set.has(letters[start]!)) start++;
  while (end > start && set.has(letters[end - 1]!)) end--;
  return letters.slice(start, end).join('');
}

/** A negative offset counts from the end; a length of -1 takes all the rest. */
const substr = define([text('str'), number('offset'), number('length')], (value, offsetValue, lengthValue) => {
  const letters = graphemes(textOf(value));
  const offset = wholeOf(offsetValue, 'the offset');
  const length = wholeOf(lengthValue, 'the length');
  const start = offset < 0 ? Math.max(0, letters.length + offset) : offset;
  return stringValue(letters.slice(start, length < 0 ? undefined : start + length).join(''));
});

const indent = define([number('spaces'), text('str')], (spacesValue, value) => {
  const spaces = wholeOf(spacesValue, 'the number of spaces');
  if (spaces > 10_000) throw new FunctionError('so many spaces cannot be meant');
  return stringValue(joined(textOf(value).split('\n'), `\n${' '.repeat(Math.max(0, spaces))}`));
});

const join = defineVariadic([text('separator')], param('lists', listType(stringType)), ([separator], lists) => {
  if (lists.length === 0) throw new FunctionError('at least one list is needed');
  const texts = lists.flatMap((list, i) => itemsOf(list).map((item, at) => joinable(item, i + 1, at)));
  return stringValue(joined(texts, textOf(separator)));
});

function joined(texts: readonly string[], separator: string): string {
  checkLength(texts.reduce((sum, part) => sum + part.length + separator.length, 0));
  return texts.join(separator);
}

function joinable(item: Value, argument: number, at: number): string {
  if (item.kind === 'null') throw new FunctionError(`element ${at} is null`, argument);
  return textOf(item);
}

function splitText(source: string, separator: string): string[] {
  if (separator === '') return [...source];
  return source.split(separator);
}

/** An empty text is found before each letter and at the end. */
function replaceText(source: string, wanted: string, replacement: string): string {
  if (source === '' && wanted === '') return replacement;
  return joined(wanted === '' ? ['', ...source, ''] : source.split(wanted), replacement);
}

const strrev = mapping((source) => graphemes(source).reverse().join(''));

export const stringFunctions: Readonly<Record<string, HclFunction>> = {
  /** The text without the line breaks at its end. */
  chomp: mapping(withoutBreaksBehind),
  /** Whether the text ends so. */
  endswith: testing('suffix', (source, suffix) => source.endsWith(suffix)),
  /** Every line but the first moved to the right. */
  indent,
  /** The texts of all lists as one, with the separator between them. */
  join,
  /** In small letters. */
  lower: mapping(lowerCase),
  /** Every place of a substring replaced. */
  replace: define([text('str'), text('substr'), text('replace')], (value, wanted, replacement) =>
    stringValue(replaceText(textOf(value), textOf(wanted), textOf(replacement))),
  ),
  /** The text backwards, as strrev: that is what Nomad has under this name. */
  reverse: strrev,
  /** The parts of a text between separators, as a list. */
  split: define([text('separator'), text('str')], (separator, value) => {
    const parts = splitText(textOf(value), textOf(separator));
    return listValue(stringType, parts.map(stringValue));
  }),
  /** Whether the text begins so. */
  startswith: testing('prefix', (source, prefix) => source.startsWith(prefix)),
  /** How many characters (grapheme clusters) a text has. */
  strlen: define([text('str')], (value) => numberValue(graphemes(textOf(value)).length)),
  /** The text backwards, character by character. */
  strrev,
  /** A part of a text; a negative offset counts from the end, a length of -1 takes the rest. */
  substr,
  /** The first letter of each word as a capital. */
  title: mapping(titleCase),
  /** Without the characters of the set at both ends. */
  trim: mappingWith('cutset', trimSet),
  /** Without the prefix, if it has it. */
  trimprefix: mappingWith('prefix', (source, prefix) =>
    source.startsWith(prefix) ? source.slice(prefix.length) : source,
  ),
  /** Without white space at both ends. */
  trimspace: mapping((source) => source.trim()),
  /** Without the suffix, if it has it. */
  trimsuffix: mappingWith('suffix', (source, suffix) =>
    suffix !== '' && source.endsWith(suffix) ? source.slice(0, -suffix.length) : source,
  ),
  /** In capitals. */
  upper: mapping(upperCase),
};
