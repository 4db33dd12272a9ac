import type { Expression } from '../ast.ts';
import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/** What to do about `"say "hello" to"`: where `token` adjoins a closing quote, that was meant to be part of the text. */
export function quoteInside(stream: TokenStream, token: Token): { remedy?: string } {
  const isText = token.type === 'identifier' || token.type === 'number';
  return stream.previous().type === 'close quote' && isText && adjoins(stream, token)
    ? { remedy: 'write \\" for a quote inside of a string' }
    : {};
}

/** What to do where `token` follows a whole `value`, as in `image = redis:7` and `interval = 10s`. */
export function quotesMissing(stream: TokenStream, token: Token, value: Expression): { remedy?: string } {
  if (value.kind === 'reference') return { remedy: 'put quotes around a text' };
  const unit = stream.previous().type === 'number' && token.type === 'identifier' && adjoins(stream, token);
  return unit
    ? { remedy: `write "${stream.previous().text}${token.text}", or the number alone` }
    : quoteInside(stream, token);
}

function adjoins(stream: TokenStream, { offset }: Token): boolean {
  const before = stream.previous();
  return offset === before.offset + before.text.length;
}
