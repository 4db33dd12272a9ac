import { FunctionError } from '../../../errors.ts';
import type { FunctionSet } from '../../../functions.ts';
import { checkLength } from '../../../text-limit.ts';
import { ofTexts } from '../of-texts.ts';
import { stringFunctions } from '../strings.ts';
import { countOf, ofValues, textOfValue } from './casts.ts';

/** Words: their letters' case, their beginnings, their lines. */
export const sprigWords: FunctionSet = {
  /** The first letter of each word as a capital. */
  title: ofTexts(1, (text) => stringFunctions['toTitle']?.call(text)),
  /** The first letter of each word small. */
  untitle: ofTexts(1, (text) => text.replace(/(^|\s)(\S)/gu, (_, before, first) => before + first.toLowerCase())),
  /** Capitals small, small letters as capitals. */
  swapcase: ofTexts(1, (text) =>
    text.replace(/\p{L}/gu, (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    ),
  ),
  /** `FirstName` as `first_name`. */
  snakecase: ofTexts(1, (text) => lowerWords(text).join('_')),
  /** `FirstName` as `first-name`. */
  kebabcase: ofTexts(1, (text) => lowerWords(text).join('-')),
  /** `http_server` as `HttpServer`. */
  camelcase: ofTexts(1, camelCase),
  /** The first letters of the words. */
  initials: ofTexts(1, (text) => (text.match(/(?<=^|\s)\S/gu) ?? []).join('')),
  /** Cut to so many characters, the last three of them dots. */
  abbrev: ofValues(2, (width, text) => abbreviated(0, countOf(width), textOfValue(text))),
  /** Cut at both ends: where it begins, and how long it is. */
  abbrevboth: ofValues(3, (offset, width, text) => abbreviated(countOf(offset), countOf(width), textOfValue(text))),
  /** In lines of so many characters; longer words stay whole. */
  wrap: ofValues(2, (width, text) => wrapped(textOfValue(text), { width: countOf(width), by: '\n', cut: false })),
  /** In parts of so many characters with a text between them; longer words are cut. */
  wrapWith: ofValues(3, (width, by, text) =>
    wrapped(textOfValue(text), { width: countOf(width), by: textOfValue(by), cut: true }),
  ),
};

/** A number belongs to the word before it, unless small letters follow: then it begins one. */
const WORD =
  /\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}+(?!\p{L})(?:\d+(?![\p{Ll}\d]))?|\p{Lu}?\p{Ll}+(?:\d+(?![\p{Ll}\d]))?|\d+[\p{Ll}\d]*|\p{Lu}|[^\s_\-\p{Lu}\p{Ll}\d]+/gu;

function lowerWords(text: string): string[] {
  checkLength(text.length * 4);
  return (text.match(WORD) ?? []).map((word) => word.toLowerCase());
}

function camelCase(text: string): string {
  return text
    .split(/[\s_-]+/)
    .map((word) => word.charAt(0).toUpperCase() + (/\p{Ll}/u.test(word) ? word.slice(1) : word.slice(1).toLowerCase()))
    .join('');
}

const DOTS = '...';

function abbreviated(offset: number, width: number, text: string): string {
  if (width < 4 || (offset > 0 && width < 7) || text.length <= width) return text;
  const room = width - DOTS.length;
  const from = text.length - offset <= room ? text.length - room : offset;
  if (from <= 4) return text.slice(0, room) + DOTS;
  return DOTS + (from + room < text.length ? abbreviated(0, room, text.slice(from)) : text.slice(text.length - room));
}

function wrapped(text: string, { width, by, cut }: { width: number; by: string; cut: boolean }): string {
  if (width < 1) throw new FunctionError('wrap: the width is at least 1');
  checkLength(text.length + (text.length / width) * by.length);
  const lines: string[] = [];
  let from = 0;
  while (text.length - from > width) {
    if (text.charAt(from) === ' ') {
      from += 1;
      continue;
    }
    const before = text.lastIndexOf(' ', from + width);
    const behind = text.indexOf(' ', from + width);
    const end = before >= from ? before : cut ? from + width : behind < 0 ? text.length : behind;
    lines.push(text.slice(from, end));
    from = before >= from || !cut ? end + 1 : end;
  }
  return [...lines, text.slice(from)].filter((line, at) => line !== '' || at < lines.length).join(by);
}
