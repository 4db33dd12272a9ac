import type { Expression } from '../ast.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { errorAt } from '../diagnostic.ts';
import { type Range, rangeBetween } from '../position.ts';
import { findClosing } from './brackets.ts';
import type { Token, TokenType } from './tokens.ts';

const MAX_DEPTH = 200;

type Grammar = (stream: TokenStream) => Expression;

/**
 * The tokens as the parser wants them: without comments, and without newlines where brackets are open. It also
 * gathers the diagnostics. Expressions hold templates which hold expressions: `grammar` reads the inner ones.
 */
export class TokenStream {
  readonly diagnostics: Diagnostic[] = [];
  /** The text that the tokens were cut from. */
  readonly source: string;
  /** Line of the first block that is closed further out than it begins (see `noteLayout` in body.ts). */
  closedFurtherOut: number | undefined;
  private readonly grammar: Grammar;
  private readonly tokens: readonly Token[];
  private readonly newlinesMatter: boolean[];
  private index = 0;
  private last: Token;
  private ahead: Token | undefined;
  private aheadIndex = 0;
  private depth = 0;

  constructor(source: string, tokens: readonly Token[], newlinesMatter: boolean, grammar: Grammar) {
    this.source = source;
    this.grammar = grammar;
    this.tokens = tokens;
    this.newlinesMatter = [newlinesMatter];
    this.last = tokens[0]!;
  }

  peek(): Token {
    this.ahead ??= this.find();
    return this.ahead;
  }

  peekType(): TokenType {
    return this.peek().type;
  }

  read(): Token {
    const token = this.peek();
    this.index = token.type === 'end of file' ? this.aheadIndex : this.aheadIndex + 1;
    this.ahead = undefined;
    this.last = token;
    return token;
  }

  /** The token that was read last. */
  previous(): Token {
    return this.last;
  }

  /** Reads the next token if it is of this type. */
  take(type: TokenType): Token | undefined {
    return this.peekType() === type ? this.read() : undefined;
  }

  /** Reads an expression; throws SyntaxFailure when there is none. */
  expression(): Expression {
    return this.grammar(this);
  }

  /** Runs `body` one level deeper; false when that is deeper than any sane text goes, and the stack might not do. */
  nested<T>(body: () => T): T | false {
    if (this.depth >= MAX_DEPTH) return false;
    this.depth++;
    try {
      return body();
    } finally {
      this.depth--;
    }
  }

  /** Runs `body` with newlines being tokens or blanks. */
  withNewlines<T>(matter: boolean, body: () => T): T {
    this.newlinesMatter.push(matter);
    this.ahead = undefined;
    try {
      return body();
    } finally {
      this.newlinesMatter.pop();
      this.ahead = undefined;
    }
  }

  /** The source from `offset` to the end of the token that was read last. */
  textSince(offset: number): string {
    return this.source.slice(offset, this.last.offset + this.last.text.length);
  }

  /** Whether the next token is the first of its line. */
  atLineStart(): boolean {
    this.peek();
    const before = this.tokens[this.aheadIndex - 1];
    return before === undefined || before.type === 'newline' || before.type === 'quoted newline';
  }

  /** Goes behind the `close` that belongs to the bracket which we are in; stays when there is none. */
  skipBehind(close: TokenType): boolean {
    const end = findClosing(this.tokens, this.index, close);
    if (end === undefined) return false;
    this.index = end + 1;
    this.ahead = undefined;
    this.last = this.tokens[end]!;
    return true;
  }

  report(range: Range, summary: string, detail: string, more?: { context?: Range; remedy?: string }): void {
    this.diagnostics.push(errorAt(range, summary, detail, more));
  }

  private find(): Token {
    const keepNewlines = this.newlinesMatter.at(-1);
    for (let i = this.index; ; i++) {
      const token = this.tokens[i]!;
      if (token.type === 'comment' || (token.type === 'newline' && !keepNewlines)) continue;
      this.aheadIndex = i;
      return token.type === 'newline' ? this.withComment(token, i) : token;
    }
  }

  /** What is missing at the end of a line is better shown before a comment there than behind it. */
  private withComment(newline: Token, index: number): Token {
    const before = this.tokens[index - 1];
    if (index <= this.index || before?.type !== 'comment' || before.text.startsWith('/*')) return newline;
    return { ...newline, text: before.text, offset: before.offset, range: rangeBetween(before.range, newline.range) };
  }
}
