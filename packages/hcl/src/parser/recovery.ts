import type { Expression } from '../ast.ts';
import { type Range, rangeBetween } from '../position.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token, TokenType } from './tokens.ts';

/** Thrown once a mistake is reported, to get out of the expression; never leaves the parser. */
export class SyntaxFailure extends Error {
  readonly code = 'hcl.syntax';
}

export function failure(
  stream: TokenStream,
  token: Token,
  summary: string,
  detail: string,
  more: { context?: Range; remedy?: string } = {},
): never {
  stream.report(token.range, summary, detail, more);
  throw new SyntaxFailure(summary);
}

/**
 * Reads what stands in brackets, `open` having been read. After a mistake inside, reading goes on behind the bracket
 * that closes them, if there is one; the mistake is then contained in an `invalid` expression.
 */
export function inBrackets(
  stream: TokenStream,
  open: Token,
  close: TokenType,
  newlines: boolean,
  read: () => Expression,
): Expression {
  return stream.withNewlines(newlines, () => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SyntaxFailure) || !stream.skipBehind(close)) throw error;
      return { kind: 'invalid', range: rangeBetween(open.range, stream.previous().range) };
    }
  });
}
