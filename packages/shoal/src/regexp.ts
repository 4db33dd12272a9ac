import { RE2JS, RE2JSException } from 're2js';

/** A pattern that a user gave. */
export type Regexp = {
  readonly source: string;
  /** Whether it matches anywhere in the text; in time that grows with pattern and text, whatever both are. */
  test(text: string): boolean;
  /** The first match and its groups, '' for one that took no part; undefined when nothing matches. */
  groups(text: string): readonly string[] | undefined;
};

/** Reading a pattern takes time as well: about a microsecond per character. */
const LONGEST = 65_536;

/**
 * Users' patterns are in RE2's syntax, as in Go's programs, and are never given to JavaScript's engine: that one
 * backtracks, so that a few characters of a job file could hold an agent up for ever. A pattern that cannot be read is
 * told in the words of Go's package `regexp`.
 */
export function compileRegexp(source: string): Regexp | { readonly error: string } {
  if (source.length > LONGEST)
    return { error: `error parsing regexp: expression is longer than ${LONGEST} characters` };
  try {
    const compiled = RE2JS.compile(source);
    return { source, test: (text) => compiled.test(text), groups: (text) => groups(compiled, text) };
  } catch (failure) {
    if (failure instanceof RE2JSException) return { error: failure.message };
    throw failure;
  }
}

function groups(compiled: RE2JS, text: string): readonly string[] | undefined {
  const matcher = compiled.matcher(text);
  if (!matcher.find()) return undefined;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, at) => matcher.group(at) ?? '');
}
