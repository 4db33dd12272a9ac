import { type Expression, FilterError, type Match, type Operator } from './expression.ts';
import { syntaxError, type Token, tokens } from './lexer.ts';

/** Deeper nesting than anybody writes, so that an expression cannot exhaust the stack. */
const MAX_DEPTH = 100;
const MAX_LENGTH = 16 * 1024;

/** Throws FilterError. */
export function parseFilter(source: string): Expression {
  if (source.length > MAX_LENGTH) throw new FilterError(`the expression is longer than ${MAX_LENGTH} characters`);
  const parser = new Parser(source);
  return parser.whole();
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokens(source);
  }

  whole(): Expression {
    const expression = this.#or();
    if (this.#next.kind !== 'end') throw this.#unexpected();
    return expression;
  }

  #or(): Expression {
    const left = this.#and();
    return this.#takeWord('or') ? { kind: 'or', left, right: this.#or() } : left;
  }

  #and(): Expression {
    const left = this.#not();
    return this.#takeWord('and') ? { kind: 'and', left, right: this.#and() } : left;
  }

  #not(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new FilterError(`the expression is nested deeper than ${MAX_DEPTH}`);
    const expression = this.#takeWord('not') ? { kind: 'not' as const, operand: this.#not() } : this.#operand();
    this.#depth -= 1;
    return expression;
  }

  #operand(): Expression {
    if (!this.#takeSymbol('(')) return this.#match();
    const inner = this.#or();
    this.#expectSymbol(')');
    return inner;
  }

  /** `value in selector` and `selector op value` both begin with a word or a string: the word after decides. */
  #match(): Match {
    const start = this.#at;
    const isValueFirst = this.#next.kind !== 'word' || this.#isInAfterOne();
    if (isValueFirst) {
      const value = this.#value();
      const negated = this.#takeWord('not');
      this.#expectWord('in');
      return { kind: 'match', selector: this.#selector(), operator: 'in', value, negated };
    }
    this.#at = start;
    return this.#selectorFirst(this.#selector());
  }

  #isInAfterOne(): boolean {
    const [first, second] = [this.#tokens[this.#at + 1], this.#tokens[this.#at + 2]];
    return isWord(first, 'in') || (isWord(first, 'not') && isWord(second, 'in'));
  }

  #selectorFirst(selector: readonly string[]): Match {
    const match = (operator: Operator, value: string, negated: boolean): Match => ({
      kind: 'match',
      selector,
      operator,
      value,
      negated,
    });
    if (this.#takeSymbol('==')) return match('equal', this.#value(), false);
    if (this.#takeSymbol('!=')) return match('equal', this.#value(), true);
    if (this.#takeWord('is')) {
      const negated = this.#takeWord('not');
      this.#expectWord('empty');
      return match('empty', '', negated);
    }
    const negated = this.#takeWord('not');
    if (this.#takeWord('contains')) return match('in', this.#value(), negated);
    this.#expectWord('matches');
    return match('matches', this.#value(), negated);
  }

  #selector(): string[] {
    const parts = [this.#take('word').text];
    for (;;) {
      if (this.#takeSymbol('.')) {
        parts.push(this.#take('word').text);
      } else if (this.#takeSymbol('[')) {
        parts.push(unquoted(this.#take('string').text));
        this.#expectSymbol(']');
      } else {
        return parts;
      }
    }
  }

  #value(): string {
    const token = this.#next;
    if (token.kind === 'symbol' || token.kind === 'end') throw this.#unexpected();
    this.#at += 1;
    return token.kind === 'string' ? unquoted(token.text) : token.text;
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #take(kind: Token['kind']): Token {
    const token = this.#next;
    if (token.kind !== kind) throw this.#unexpected();
    this.#at += 1;
    return token;
  }

  #takeWord(word: string): boolean {
    if (!isWord(this.#next, word)) return false;
    this.#at += 1;
    return true;
  }

  #takeSymbol(symbol: string): boolean {
    if (this.#next.kind !== 'symbol' || this.#next.text !== symbol) return false;
    this.#at += 1;
    return true;
  }

  #expectWord(word: string): void {
    if (!this.#takeWord(word)) throw this.#unexpected();
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#unexpected();
  }

  #unexpected(): FilterError {
    return syntaxError(this.#source, this.#next.offset);
  }
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text === word;
}

function unquoted(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}
