import { FunctionError } from './function.ts';

/**
 * Patterns are in the syntax of RE2. What it writes otherwise than JavaScript is rewritten here: names of groups,
 * flags, anchors of the text, POSIX classes, quoting. Back references and looking around do not exist in it.
 */
export function compileRegex(pattern: string, flags: string): RegExp {
  const { body, options } = leadingFlags(pattern);
  try {
    return new RegExp(translate(body), `${flags}u${options}`);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new FunctionError(`"${pattern}" is not a valid pattern`);
    throw cause;
  }
}

function leadingFlags(pattern: string): { body: string; options: string } {
  const match = /^\(\?([ims]+)\)/.exec(pattern);
  return match
    ? { body: pattern.slice(match[0].length), options: [...new Set(match[1])].join('') }
    : { body: pattern, options: '' };
}

const posix: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

const piece =
  /\[:\^?[a-z]+:\]|\\Q([\s\S]*?)(?:\\E|$)|\\x\{([0-9A-Fa-f]+)\}|\\([pP])(?:([A-Z])|\{(\^?)(\w+)\})|\\[\s\S]|\{\d+(?:,\d*)?\}|\[\^?\]?|\(\?P?<(?![=!])|\(\?P=|\(\?<?[=!]|[\s\S]/gu;

/** Piece by piece; inside of brackets other rules hold. */
function translate(pattern: string): string {
  let inClass = false;
  return pattern.replace(
    piece,
    (found: string, quoted?: string, code?: string, ...property: (string | undefined)[]) => {
      if (found.startsWith('\\Q')) return (quoted ?? '').replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      if (code !== undefined) return `\\u{${code}}`;
      if (property[0] !== undefined) return unicodeProperty(property);
      if (found.startsWith('\\')) return rewriteEscape(found, inClass);
      if (!inClass) {
        inClass = found.startsWith('[');
        if (/^[{}\]]$/.test(found)) return `\\${found}`;
        return inClass ? found.replace(/\]$/, '\\]') : rewriteGroup(found);
      }
      if (/^\[:.*:\]$/.test(found)) return posixClass(found);
      if (found === ']') inClass = false;
      return found.startsWith('[') ? `\\${found}` : found;
    },
  );
}

/** `\pL`, `\p{Lu}` are categories, longer names scripts; `P` and `^` turn them round. */
function unicodeProperty([letter, short, not, long]: (string | undefined)[]): string {
  const name = short ?? long ?? '';
  const wanted = (letter === 'p') === (not !== '^');
  return `\\${wanted ? 'p' : 'P'}{${name.length > 2 ? `Script=${name}` : name}}`;
}

function rewriteGroup(found: string): string {
  if (/^\(\?(P=|<?[=!])/.test(found)) throw new FunctionError(`"${found}" is not supported in a pattern`);
  return found.startsWith('(?P<') ? '(?<' : found;
}

function posixClass(name: string): string {
  const members = posix[name.slice(2, -2)];
  if (members === undefined) throw new FunctionError(`the class ${name} is not supported in a pattern`);
  return members;
}

const anchors: Readonly<Record<string, string>> = { '\\A': '(?<![\\s\\S])', '\\z': '(?![\\s\\S])', '\\a': '\\x07' };

/** Escapes of letters mean the same; those of other characters mean the character. */
function rewriteEscape(sequence: string, inClass: boolean): string {
  // Blanks are those of ASCII.
  if (sequence === '\\s') return inClass ? '\\t\\n\\f\\r ' : '[\\t\\n\\f\\r ]';
  if (sequence === '\\S' && !inClass) return '[^\\t\\n\\f\\r ]';
  const anchor = inClass ? undefined : anchors[sequence];
  if (anchor !== undefined) return anchor;
  const character = sequence.slice(1);
  if (/[1-9]/.test(character)) throw new FunctionError('a pattern cannot refer back to its groups');
  if (/[\^$\\.*+?()[\]{}|/]/.test(character) || /[A-Za-z0-9]/.test(character)) return sequence;
  return character === '-' && inClass ? '\\-' : character;
}
