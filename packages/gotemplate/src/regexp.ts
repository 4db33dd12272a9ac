import { RE2JS, RE2JSException } from 're2js';
import { FunctionError } from './errors.ts';
import { checkLength } from './text-limit.ts';

/** A pattern of Go's `regexp`, which is RE2: its time grows with pattern and text, and does not explode. */
export type Regexp = {
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean;
  /** What it matches, from left to right, and where. */
  matches(text: string): Iterable<{ readonly text: string; readonly at: number }>;
  /** Every match replaced; `$1`, `${name}` stand for groups, `$$` for a dollar, as in Go's `Expand`. */
  replaceAll(text: string, template: string): string;
};

/** @throws FunctionError in the words of Go's `regexp` */
export function compileRegexp(source: string): Regexp {
  const pattern = read(source);
  return {
    test: (text) => pattern.test(text),
    *matches(text) {
      let done = -1;
      for (const match of pattern.matchAll(text)) {
        const at = match.index ?? 0;
        // An empty match right behind another one does not count.
        if (match[0] !== '' || at !== done) yield { text: match[0], at };
        done = at + match[0].length;
      }
    },
    replaceAll(text, template) {
      const parts: string[] = [];
      let done = 0;
      let made = text.length;
      for (const match of pattern.matchAll(text)) {
        const start = match.index ?? 0;
        // An empty match right behind another one does not count.
        if (match[0] === '' && start === done && parts.length > 0) continue;
        const replacement = expand(template, match);
        made += replacement.length;
        checkLength(made);
        parts.push(text.slice(done, start), replacement);
        done = start + match[0].length;
      }
      return parts.join('') + text.slice(done);
    },
  };
}

function read(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSException) throw new FunctionError(error.message);
    // A pattern that is nested beyond the stack.
    if (error instanceof RangeError) throw new FunctionError('error parsing regexp: expression nests too deeply');
    throw error;
  }
}

/** A name is as long as it can be: `$1x` is the group "1x". */
function expand(template: string, match: RegExpMatchArray): string {
  return template.replace(/\$(?:\$|\{([^{}]*)\}|([\p{L}\p{Nd}_]+))/gu, (found, braced?: string, bare?: string) => {
    if (found === '$$') return '$';
    const name = braced ?? bare ?? '';
    if (/^\d+$/.test(name)) return match[Number(name)] ?? '';
    const { groups = {} } = match;
    return Object.hasOwn(groups, name) ? (groups[name] ?? '') : '';
  });
}
