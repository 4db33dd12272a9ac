import { type Diagnostic, errorAt } from '../diagnostic.ts';
import type { Token } from './tokens.ts';

/** All that is wrong with a text. What the parser says of a token that is wrong in itself would only repeat it. */
export function allMistakes(tokens: readonly Token[], parsing: readonly Diagnostic[]): Diagnostic[] {
  const lexical = lexicalMistakes(tokens);
  const told = new Set(lexical.map(({ range }) => range?.start.byte));
  return [...lexical, ...parsing.filter(({ range }) => !told.has(range?.start.byte))];
}

/** Tokens that no valid text has. Of a habit carried over from another language one mention is enough. */
function lexicalMistakes(tokens: readonly Token[]): Diagnostic[] {
  const told = new Set<string>();
  return tokens.flatMap((token) => {
    const found = mistake(token);
    if (!found || (found.once && told.has(found.once))) return [];
    if (found.once) told.add(found.once);
    return [found.diagnostic];
  });
}

type Mistake = { once?: string; diagnostic: Diagnostic };

function mistake({ type, text, range }: Token): Mistake | undefined {
  switch (type) {
    case 'invalid':
      return { diagnostic: invalidCharacter({ text, range }) };
    case 'shell expansion':
      return { diagnostic: shellExpansion({ text, range }) };
    case 'open heredoc':
      return /[ \t]/.test(text) ? { diagnostic: blanksAroundMarker({ text, range }) } : undefined;
    case 'quoted newline':
      return {
        diagnostic: errorAt(
          range,
          'Invalid multi-line string',
          'A quoted string must end on the line that it began on.',
          {
            remedy: 'close the quote, write \\n for a line break, or use a heredoc (<<EOT … EOT)',
          },
        ),
      };
    case '&':
    case '|':
    case '^':
    case '~':
      return { once: 'bitwise', diagnostic: bitwise({ text, range }) };
    case '`':
    case "'":
      return {
        once: text,
        diagnostic: errorAt(range, 'Invalid character', `Strings are not written with ${text} here.`, {
          remedy: 'use double quotes: "…"',
        }),
      };
    case ';':
      return {
        once: text,
        diagnostic: errorAt(range, 'Invalid character', 'The ";" character is not valid.', {
          remedy: 'separate with newlines',
        }),
      };
    default:
      return undefined;
  }
}

type Place = Pick<Token, 'text' | 'range'>;

function bitwise({ text, range }: Place): Diagnostic {
  const logical = text === '&' || text === '|' ? { remedy: `for a logical operation write ${text}${text}` } : {};
  return errorAt(range, 'Unsupported operator', `There is no bitwise operator "${text}".`, logical);
}

function blanksAroundMarker({ text, range }: Place): Diagnostic {
  if (/^<<-?[ \t]/.test(text)) {
    const detail = 'The marker of a heredoc stands directly behind "<<", but blanks come between.';
    return errorAt(range, 'Invalid heredoc', detail, { remedy: `write ${text.replaceAll(/\s/g, '')}` });
  }
  const detail = 'Behind the marker of a heredoc the line must end, but blanks follow.';
  return errorAt(range, 'Invalid heredoc', detail, { remedy: 'remove the blanks at the end of the line' });
}

function shellExpansion({ text, range }: Place): Diagnostic {
  const detail = 'A shell knows what this means, but here "${" begins an expression.';
  return errorAt(range, 'Extra characters after interpolation expression', detail, {
    remedy: `if a shell shall have it, write $${text}`,
  });
}

function invalidCharacter({ text, range }: Place): Diagnostic {
  if (text === '\u201c' || text === '\u201d') {
    return errorAt(range, 'Invalid character', 'Curly quotes do not make a string.', {
      remedy: 'use straight quotes: "…"',
    });
  }
  if (text === '$') {
    const remedy = 'write an expression as it is; "${ … }" belongs inside a quoted string';
    return errorAt(range, 'Invalid character', 'The "$" character begins an interpolation only inside a string.', {
      remedy,
    });
  }
  return errorAt(range, 'Invalid character', `The character ${JSON.stringify(text)} has no meaning here.`);
}
