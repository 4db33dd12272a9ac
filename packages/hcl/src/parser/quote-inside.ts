import type { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';

/** What to do about `"say "hello" to"`: where `token` adjoins a closing quote, that was meant to be part of the text. */
export function quoteInside(stream: TokenStream, token: Token): { remedy?: string } {
  const before = stream.previous();
  const adjoins = token.offset === before.offset + before.text.length;
  const isText = token.type === 'identifier' || token.type === 'number';
  return before.type === 'close quote' && isText && adjoins
    ? { remedy: 'write \\" for a quote inside of a string' }
    : {};
}
