import type { Expression } from '../ast.ts';
import { type Range, rangeBefore, rangeBetween } from '../position.ts';
import { describe } from './describe.ts';
import { parseForIntroduction } from './for.ts';
import { decodeQuoted, decodeText } from './literal.ts';
import { failure, recovers, SyntaxFailure } from './recovery.ts';
import { buildTemplate } from './template-structure.ts';
import {
  flushIndentation,
  type SequenceFrame,
  type TemplatePart,
  type TextPart,
  trimAroundMarkers,
} from './template-text.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token, TokenType } from './tokens.ts';

/** Reads a quoted string or a heredoc. Newlines between its tokens mean nothing, those of its text are text. */
export function parseQuotedTemplate(stream: TokenStream): Expression {
  return stream.withNewlines(false, () => {
    const open = stream.read();
    const heredoc = open.type === 'open heredoc';
    const parts = readParts(stream, heredoc ? 'close heredoc' : 'close quote', open);
    const range = rangeBetween(open.range, stream.previous().range);
    return assemble(stream, parts, { range, flush: open.text.startsWith('<<-'), end: stream.previous().range });
  });
}

/** Reads a template that is not quoted: all of the stream. */
export function parseBareTemplate(stream: TokenStream): Expression {
  const start = rangeBefore(stream.peek().range);
  const parts = readParts(stream, 'end of file');
  const range = rangeBetween(start, stream.previous().range);
  return assemble(stream, parts, { range, flush: false, end: stream.previous().range });
}

type Frame = { range: Range; flush: boolean; end: Range };

function assemble(stream: TokenStream, parts: TemplatePart[], { range, flush, end }: Frame): Expression {
  if (parts.some((part) => part.kind === 'broken')) return { kind: 'invalid', range };
  trimAroundMarkers(parts);
  if (flush) flushIndentation(parts);
  const only = parts[0];
  if (parts.length === 1 && only?.kind === 'interpolation')
    return { kind: 'interpolation', inner: only.expression, range };
  return { kind: 'template', parts: buildTemplate(stream, parts, end), range };
}

function readParts(stream: TokenStream, close: TokenType, open?: Token): TemplatePart[] {
  const parts: TemplatePart[] = [];
  for (;;) {
    const token = stream.peek();
    if (token.type === close) {
      stream.read();
      // No text has no place; it stands behind its quotes.
      return parts.length > 0 ? parts : [textPart('', { ...token.range, start: token.range.end })];
    }
    const part = readPart(stream, token);
    if (!part) return unterminated(stream, token, open);
    parts.push(part);
  }
}

function textPart(text: string, range: Range): TextPart {
  return { kind: 'text', text, range };
}

function readPart(stream: TokenStream, token: Token): TemplatePart | undefined {
  switch (token.type) {
    case 'quoted text':
      return textPart(decodeQuoted(stream, stream.read()), token.range);
    case 'text':
      return textPart(decodeText(stream.read().text), token.range);
    case 'shell expansion':
      return textPart(stream.read().text, token.range);
    case '${':
      return inSequence(stream, () => readInterpolation(stream, stream.read()));
    case '%{':
      return inSequence(stream, () => readDirective(stream, stream.read()));
    default:
      return undefined;
  }
}

export const UNTERMINATED = 'Unterminated template string';

function unterminated(stream: TokenStream, token: Token, open: Token | undefined): never {
  // A line break in quotes has been reported already.
  if (token.type === 'quoted newline') throw new SyntaxFailure('line break in quotes');
  const heredoc = open?.type === 'open heredoc';
  const detail = heredoc
    ? `The heredoc that begins at line ${open.range.start.line} has no end.`
    : `The text ends inside a string.`;
  const remedy = heredoc
    ? `write ${open.text.replace(/^<<-?/, '').trim()} alone on a line of its own behind the text, and a new line after it`
    : 'close the quote';
  return failure(stream, token, UNTERMINATED, detail, {
    ...(open ? { context: open.range } : {}),
    remedy,
  });
}

/** After a mistake inside of `${…}` or `%{…}`, reading goes on behind it. */
function inSequence(stream: TokenStream, read: () => TemplatePart): TemplatePart {
  const start = stream.peek();
  try {
    return read();
  } catch (error) {
    if (!recovers(error, stream, 'template end')) throw error;
    const range = rangeBetween(start.range, stream.previous().range);
    const untrimmed = { range, trimBefore: false, trimAfter: false };
    if (start.type === '%{') return { kind: 'broken', ...untrimmed };
    return { kind: 'interpolation', expression: { kind: 'invalid', range }, ...untrimmed };
  }
}

function readInterpolation(stream: TokenStream, open: Token): TemplatePart {
  const expression = stream.expression();
  const close = closeSequence(stream, 'Extra characters after interpolation expression', 'the expression');
  if (expression.kind === 'reference') {
    expression.source = stream.source.slice(open.offset + open.text.length, close.offset);
  }
  return { kind: 'interpolation', expression, ...frame(open, close) };
}

function frame(open: Token, close: Token): SequenceFrame {
  const range = rangeBetween(open.range, close.range);
  return { range, trimBefore: open.text.endsWith('~'), trimAfter: close.text.startsWith('~') };
}

function closeSequence(stream: TokenStream, summary: string, what: string): Token {
  const token = stream.peek();
  if (stream.take('template end')) return token;
  return failure(stream, token, summary, `After ${what} "}" must close the sequence, but ${describe(token)} follows.`);
}

function readDirective(stream: TokenStream, open: Token): TemplatePart {
  const word = stream.peek();
  if (word.type === 'identifier') {
    switch (word.text) {
      case 'if': {
        stream.read();
        const condition = stream.expression();
        return { kind: 'if', condition, ...closeDirective(stream, open, 'if') };
      }
      case 'for':
        return { kind: 'for', introduction: parseForIntroduction(stream), ...closeDirective(stream, open, 'for') };
      case 'else':
      case 'endif':
      case 'endfor':
        stream.read();
        return { kind: word.text, ...closeDirective(stream, open, word.text) };
    }
  }
  const detail = `A template directive is if, else, endif, for or endfor, not ${describe(word)}.`;
  return failure(stream, word, 'Invalid template directive', detail, {
    remedy: 'for the characters themselves write %%{',
  });
}

function closeDirective(stream: TokenStream, open: Token, name: string): SequenceFrame {
  return frame(open, closeSequence(stream, `Extra characters in ${name} marker`, `"${name}" and what belongs to it`));
}
