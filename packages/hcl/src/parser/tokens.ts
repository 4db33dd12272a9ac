import type { Range } from '../position.ts';

/** Brackets, operators and separators are named by their own text. */
export type TokenType =
  | 'identifier'
  | 'number'
  | 'open quote'
  | 'close quote'
  | 'open heredoc'
  | 'close heredoc'
  /** Text of a quoted template, escapes not yet replaced. */
  | 'quoted text'
  | 'quoted newline'
  /** Text of a heredoc (at most one line per token) or of a bare template. */
  | 'text'
  | 'shell expansion'
  | '${'
  | '%{'
  | 'template end'
  | 'newline'
  | 'comment'
  | 'end of file'
  | 'invalid'
  | Punctuation;

type Punctuation = (typeof punctuation)[number];

/** Longest first, since the first one that fits is taken. */
export const punctuation = [
  '...',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '=>',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '.',
  ',',
  '*',
  '/',
  '%',
  '+',
  '-',
  '=',
  '<',
  '>',
  '!',
  '?',
  ':',
  '&',
  '|',
  '^',
  '~',
  ';',
  '`',
  "'",
] as const;

/** `offset` is where the token begins in the source string, in UTF-16 units. */
export type Token = { type: TokenType; text: string; offset: number; range: Range };
