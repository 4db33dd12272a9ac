/**
 * Job files write regular expressions in Go's syntax. `(?i)` and its like, `(?P<name>…)`, `\A`, `\z` and POSIX classes are
 * brought into JavaScript's; all else is common to both.
 */
export function compileRegexp(source: string): RegExp | { error: string } {
  const { body, flags } = leadingFlags(source);
  try {
    return new RegExp(translate(body), flags);
  } catch (failure) {
    return { error: `error parsing regexp: ${reason(failure, source)}` };
  }
}

function leadingFlags(source: string): { body: string; flags: string } {
  const match = /^\(\?([imsU]+)\)/.exec(source);
  if (match === null) return { body: source, flags: '' };
  return { body: source.slice(match[0].length), flags: (match[1] as string).replace('U', '') };
}

const POSIX: Record<string, string> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: '0-9A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

function translate(body: string): string {
  return body
    .replace(/\(\?P</g, '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => POSIX[name] ?? whole);
}

/** In Go's words, so that people find the message where they look for it. */
function reason(failure: unknown, source: string): string {
  const message = failure instanceof Error ? failure.message : String(failure);
  if (message.endsWith('Unterminated group')) return `missing closing ): \`${source}\``;
  if (message.endsWith("Unmatched ')'")) return `unexpected ): \`${source}\``;
  if (message.endsWith('Unterminated character class'))
    return `missing closing ]: \`${source.slice(source.lastIndexOf('['))}\``;
  if (message.endsWith('Nothing to repeat'))
    return `missing argument to repetition operator: \`${/[*+?]/.exec(source)?.[0] ?? source}\``;
  return `${message.slice(message.lastIndexOf(': ') + 2)}: \`${source}\``;
}
