import { FunctionError } from './function.ts';

/**
 * Patterns are in the syntax of RE2. What it writes otherwise than JavaScript is rewritten here: names of groups,
 * flags, anchors of the text, POSIX classes, quoting. Back references and looking around do not exist in it.
 */
export function compileRegex(pattern: string, flags: string): RegExp {
  const { body, options } = leadingFlags(pattern);
  try {
    return new RegExp(translate(body, options.includes('U')), `${flags}u${options.replace('U', '')}`);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new FunctionError(`"${pattern}" is not a valid pattern`);
    throw cause;
  }
}

function leadingFlags(pattern: string): { body: string; options: string } {
  const match = /^\(\?([imsU]+)\)/.exec(pattern);
  return match
    ? { body: pattern.slice(match[0].length), options: [...new Set(match[1])].join('') }
    : { body: pattern, options: '' };
}

const piece =
  /\\Q([\s\S]*?)(?:\\E|$)|\\x\{([0-9A-Fa-f]+)\}|\\p([A-Z])|\\P([A-Z])|\\[\s\S]|\[\^?\]?|\(\?P?<(?![=!])|\(\?P=|\(\?<?[=!]|[\s\S]/gu;

/** Piece by piece; inside of brackets other rules hold. */
function translate(pattern: string, lazy: boolean): string {
  if (lazy) throw new FunctionError('the flag U is not supported');
  let inClass = false;
  return pattern.replace(piece, (found: string, quoted?: string, code?: string, category?: string, not?: string) => {
    if (quoted !== undefined && found.startsWith('\\Q')) return quoted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    if (code !== undefined) return `\\u{${code}}`;
    if (category !== undefined || not !== undefined) return category ? `\\p{${category}}` : `\\P{${not}}`;
    if (found.startsWith('\\')) return rewriteEscape(found, inClass);
    if (inClass) {
      if (found === ']') inClass = false;
      return found.startsWith('[') ? `\\${found}` : found;
    }
    if (found.startsWith('[')) {
      inClass = true;
      return found.endsWith(']') ? `${found.slice(0, -1)}\\]` : found;
    }
    if (/^\(\?(P=|<?[=!])/.test(found)) throw new FunctionError(`"${found}" is not supported in a pattern`);
    if (found.startsWith('(?')) return '(?<';
    return found;
  });
}

const anchors: Readonly<Record<string, string>> = { '\\A': '(?<![\\s\\S])', '\\z': '(?![\\s\\S])', '\\a': '\\x07' };

/** Escapes of letters mean the same; those of other characters mean the character. */
function rewriteEscape(sequence: string, inClass: boolean): string {
  const anchor = inClass ? undefined : anchors[sequence];
  if (anchor !== undefined) return anchor;
  const character = sequence.slice(1);
  if (/[1-9]/.test(character)) throw new FunctionError('a pattern cannot refer back to its groups');
  if (/[\^$\\.*+?()[\]{}|/]/.test(character) || /[A-Za-z0-9]/.test(character)) return sequence;
  return character === '-' && inClass ? '\\-' : character;
}
