import type { Token } from './tokens.ts';

const names: Partial<Record<Token['type'], string>> = {
  'end of file': 'the end of the file',
  newline: 'a new line',
  'open quote': 'a string',
  'close quote': 'the end of a string',
  'open heredoc': 'a heredoc',
  'close heredoc': 'the end of a heredoc',
  'quoted newline': 'a new line',
  'template end': 'the end of an interpolation',
};

/** A token in words, for a message. */
export function describe(token: Token): string {
  if (isComment(token)) return 'a comment';
  const named = names[token.type];
  if (named) return named;
  if (token.type === 'identifier') return `the name ${token.text}`;
  if (token.type === 'number') return `the number ${token.text}`;
  return `"${token.text}"`;
}

/** The end of a line that a comment comes before (see `TokenStream`). */
export function isComment({ type, text }: Token): boolean {
  return type === 'newline' && /^(?:#|\/\/)/.test(text);
}
