import { FunctionError } from '../../../errors.ts';
import type { FunctionSet } from '../../../functions.ts';
import { compileRegexp } from '../../../regexp.ts';
import { ofTexts } from '../of-texts.ts';
import { alsoMust, countOf, ofValues, textList, textOfValue } from './casts.ts';

/** RE2 patterns. */
export const sprigRegexps: FunctionSet = {
  ...alsoMust({
    /** Whether it matches somewhere. */
    regexMatch: ofTexts(2, (pattern, text) => compileRegexp(pattern).test(text)),
    /** The first match, or an empty text. */
    regexFind: ofTexts(2, (pattern, text) => matches(pattern, text, 1)[0]?.text ?? ''),
    /** The first so many matches; all with a negative number. */
    regexFindAll: ofValues(3, (pattern, text, count) =>
      textList(matches(textOfValue(pattern), textOfValue(text), countOf(count)).map((match) => match.text)),
    ),
    /** Every match replaced; $1 and ${name} stand for groups. */
    regexReplaceAll: ofTexts(3, (pattern, text, template) => compileRegexp(pattern).replaceAll(text, template)),
    /** The same, but the replacement is taken as it is. */
    regexReplaceAllLiteral: ofTexts(3, (pattern, text, replacement) =>
      compileRegexp(pattern).replaceAll(text, replacement.replaceAll('$', '$$$$')),
    ),
    /** What stands between the matches, in so many parts; all with a negative number. */
    regexSplit: ofValues(3, (pattern, text, count) =>
      textList(split(textOfValue(pattern), textOfValue(text), countOf(count))),
    ),
  }),
  /** A text as a pattern that matches it alone. */
  regexQuoteMeta: ofTexts(1, (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
};

const MOST = 1_000_000;

function matches(pattern: string, text: string, count: number): { text: string; at: number }[] {
  const found: { text: string; at: number }[] = [];
  if (count === 0) return found;
  for (const match of compileRegexp(pattern).matches(text)) {
    found.push(match);
    if (found.length === count) break;
    if (found.length > MOST) throw new FunctionError(`more than ${MOST} matches`);
  }
  return found;
}

/** As Go's `Regexp.Split`. */
function split(pattern: string, text: string, count: number): string[] {
  if (count === 0) return [];
  if (pattern !== '' && text === '') return [''];
  const parts: string[] = [];
  let [from, end] = [0, 0];
  for (const match of matches(pattern, text, count)) {
    if (count > 0 && parts.length === count - 1) break;
    end = match.at;
    // An empty match at the beginning divides nothing.
    if (match.at + match.text.length > 0) parts.push(text.slice(from, end));
    from = match.at + match.text.length;
  }
  if (end !== text.length) parts.push(text.slice(from));
  return parts;
}
