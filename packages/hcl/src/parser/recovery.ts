import type { Expression } from '../ast.ts';
import { type Range, rangeBetween } from '../position.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token, TokenType } from './tokens.ts';

/** Thrown once a mistake is reported, to get out of the expression; never leaves the parser. */
export class SyntaxFailure extends Error {
  readonly code = 'hcl.syntax';
  /** Whether the bracket around may be tried to be closed; not where there are too many of them. */
  readonly recoverable: boolean;

  constructor(message: string, recoverable = true) {
    super(message);
    this.recoverable = recoverable;
  }
}

/** Ends reading where things are nested so deeply that the stack might not do. */
export function tooDeep(stream: TokenStream, what: string): never {
  stream.report(stream.peek().range, `${what} too deep`, `${what}s are nested too deeply here.`);
  throw new SyntaxFailure('too deep', false);
}

/** Whether reading can go on behind `close`, where the stream stands then. */
export function recovers(error: unknown, stream: TokenStream, close: TokenType): boolean {
  return error instanceof SyntaxFailure && error.recoverable && stream.skipBehind(close);
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
      if (!recovers(error, stream, close)) throw error;
      return { kind: 'invalid', range: rangeBetween(open.range, stream.previous().range) };
    }
  });
}
