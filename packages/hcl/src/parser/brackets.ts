import type { Token, TokenType } from './tokens.ts';

const closings: ReadonlyMap<TokenType, TokenType> = new Map<TokenType, TokenType>([
  ['{', '}'],
  ['[', ']'],
  ['(', ')'],
  ['${', 'template end'],
  ['%{', 'template end'],
  ['open quote', 'close quote'],
  ['open heredoc', 'close heredoc'],
]);
const closers = new Set(closings.values());

/** How many brackets deeper one is after a token of this type. */
export function nesting(type: TokenType): -1 | 0 | 1 {
  if (closings.has(type)) return 1;
  return closers.has(type) ? -1 : 0;
}

/** Index of the `close` that ends the bracket in which `from` stands; undefined when another bracket closes before. */
export function findClosing(tokens: readonly Token[], from: number, close: TokenType): number | undefined {
  const open: TokenType[] = [];
  for (let i = from; i < tokens.length; i++) {
    const { type } = tokens[i]!;
    const closing = closings.get(type);
    if (closing) open.push(closing);
    else if (type === 'quoted newline') {
      if (open.length === 0 && close === 'template end') return undefined;
      leaveQuotes(open);
    } else if (closers.has(type)) {
      const expected = open.pop();
      if (expected === undefined) return type === close ? i : undefined;
      if (expected !== type) return undefined;
    }
  }
  return undefined;
}

/** The lexer gives up on quotes at the end of a line, and on all that is open inside of them. */
function leaveQuotes(open: TokenType[]): void {
  const outermost = open.indexOf('close quote', open.lastIndexOf('close heredoc') + 1);
  if (outermost >= 0) open.length = outermost;
}
