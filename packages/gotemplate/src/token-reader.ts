import { TemplateError, type TemplatePlace } from './errors.ts';
import { type Delimiters, tokenize } from './lexer.ts';
import type { Token, TokenKind } from './tokens.ts';

/** The tokens of a template, one after the other, and errors at their places. */
export class TokenReader {
  readonly source: string;
  private readonly name: string;
  private readonly delimiters: Delimiters;
  private readonly tokens: readonly Token[];
  /** Index of the next token: may be kept, and set back to read again. */
  at = 0;

  constructor(source: string, name: string, delimiters: Delimiters) {
    this.source = source;
    this.name = name;
    this.delimiters = delimiters;
    this.tokens = tokenize(source, delimiters);
  }

  /** The token before the next one. */
  last(): Token | undefined {
    return this.tokens[this.at - 1];
  }

  expect(kind: TokenKind, context: string): void {
    const token = this.nextSolid();
    if (token.kind !== kind) this.unexpected(token, context);
  }

  peek(): Token {
    const token = this.tokens[this.at] ?? this.tokens.at(-1);
    if (token === undefined) throw new Error('the lexer gave no token');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  skipSpace(): void {
    while (this.peek().kind === 'space') this.at++;
  }

  peekSolid(): Token {
    const start = this.at;
    this.skipSpace();
    const token = this.peek();
    this.at = start;
    return token;
  }

  nextSolid(): Token {
    this.skipSpace();
    return this.next();
  }

  unexpected(token: Token, context: string): never {
    if (token.kind === 'error') this.fail(token.text, token);
    if (token.kind === 'eof') this.fail('unexpected EOF', token);
    const name = token.kind === 'right-delim' ? JSON.stringify(this.delimiters.right) : `<${token.text}>`;
    return this.fail(`unexpected ${name} in ${context}`, token);
  }

  fail(reason: string, token: Token, remedy?: string): never {
    const lineStart = this.source.lastIndexOf('\n', token.offset - 1) + 1;
    const column = Buffer.byteLength(this.source.slice(lineStart, token.offset));
    const place: TemplatePlace = { name: this.name, line: token.line, column };
    throw new TemplateError('parse', place, reason, { remedy });
  }
}
