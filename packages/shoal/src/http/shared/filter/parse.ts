import { type Expression, FilterError, type Match, type Operator } from './expression.ts';
import { LETTER, Scanner, WORD } from './scanner.ts';

/** Deeper nesting than anybody writes, so that an expression cannot exhaust the stack. */
const MAX_DEPTH = 100;
const MAX_LENGTH = 16 * 1024;

/** Throws FilterError. */
export function parseFilter(source: string): Expression {
  if (source.length > MAX_LENGTH) throw new FilterError(`the expression is longer than ${MAX_LENGTH} characters`);
  return new Parser(source).whole();
}

/** Each method leaves the place where it was, and gives undefined, when it is something else that stands there. */
class Parser {
  readonly #text: Scanner;
  #depth = 0;

  constructor(source: string) {
    this.#text = new Scanner(source);
  }

  whole(): Expression {
    this.#text.blanks();
    const expression = this.#or();
    if (!expression) throw this.#text.noMatch();
    this.#text.blanks();
    if (!this.#text.isAtEnd()) throw this.#text.noMatch();
    return expression;
  }

  #or(): Expression | undefined {
    return this.#pair('or', () => this.#and());
  }

  #and(): Expression | undefined {
    return this.#pair('and', () => this.#not());
  }

  /** `a or b or c` is `a or (b or c)`. */
  #pair(kind: 'and' | 'or', operand: () => Expression | undefined): Expression | undefined {
    const operands: Expression[] = [];
    let end = this.#text.at;
    do {
      const next = operand();
      if (!next) break;
      operands.push(next);
      end = this.#text.at;
    } while (this.#word(kind) && this.#text.blanks());
    this.#text.at = end;
    return operands.reduceRight<Expression | undefined>(
      (right, left) => (right ? { kind, left, right } : left),
      undefined,
    );
  }

  #not(): Expression | undefined {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new FilterError(`the expression is nested deeper than ${MAX_DEPTH}`);
    try {
      return this.#negation() ?? this.#grouping() ?? this.#match();
    } finally {
      this.#depth -= 1;
    }
  }

  #negation(): Expression | undefined {
    const text = this.#text;
    const start = text.at;
    if (text.takeText('not') && (text.blanks() || text.source[text.at] === '(')) {
      const operand = this.#not();
      if (operand) return { kind: 'not', operand };
    }
    text.at = start;
    return undefined;
  }

  #grouping(): Expression | undefined {
    const text = this.#text;
    const start = text.at;
    if (!text.takeText('(')) return undefined;
    text.blanks();
    const inner = this.#or();
    if (!inner) {
      text.at = start;
      return undefined;
    }
    text.blanks();
    if (!text.takeText(')')) throw text.broken('grouping', 'Unmatched parentheses');
    return inner;
  }

  /** `selector op value`, `selector op`, or `value in selector`: a selector may be a value as well. */
  #match(): Match | undefined {
    const start = this.#text.at;
    const selector = this.#selector();
    if (selector) {
      const match = this.#selectorFirst(selector);
      if (match) return match;
      this.#text.at = start;
    }
    const value = this.#value();
    if (value !== undefined) {
      const negated = this.#word('not');
      const container = this.#word('in') && this.#text.blanks() ? this.#selector() : undefined;
      if (container) return { kind: 'match', selector: container, operator: 'in', value, negated };
    }
    this.#text.at = start;
    return undefined;
  }

  #selectorFirst(selector: readonly string[]): Match | undefined {
    const text = this.#text;
    const end = text.at;
    const match = (operator: Operator, value: string | undefined, negated: boolean): Match | undefined =>
      value === undefined ? undefined : { kind: 'match', selector, operator, value, negated };
    text.blanks();
    const sign = text.takeText('==') ? '==' : text.takeText('!=') ? '!=' : undefined;
    if (sign) {
      text.blanks();
      return match('equal', this.#value(), sign === '!=');
    }
    text.at = end;
    if (this.#word('is')) {
      const negated = this.#word('not');
      return match('empty', this.#word('empty') ? '' : undefined, negated);
    }
    const negated = this.#word('not');
    const operator = this.#word('contains') ? 'in' : this.#word('matches') ? 'matches' : undefined;
    return operator && text.blanks() ? match(operator, this.#value(), negated) : undefined;
  }

  /** A word after blanks. What follows it is the caller's matter: `emptyy` is one `y` too much. */
  #word(word: string): boolean {
    const start = this.#text.at;
    if (this.#text.blanks() && this.#text.takeText(word)) return true;
    this.#text.at = start;
    return false;
  }

  #selector(): string[] | undefined {
    const first = this.#identifier();
    if (first === undefined) return undefined;
    const parts = [first];
    for (;;) {
      const start = this.#text.at;
      const next = this.#text.takeText('.') ? this.#identifier() : this.#index();
      if (next === undefined) {
        this.#text.at = start;
        return parts;
      }
      parts.push(next);
    }
  }

  #identifier(): string | undefined {
    const found = this.#text.take(/[a-zA-Z][a-zA-Z0-9_/]*/y, LETTER);
    if (found !== undefined) this.#text.missed(WORD);
    return found;
  }

  #index(): string | undefined {
    const text = this.#text;
    if (!text.takeText('[')) return undefined;
    text.blanks();
    const key = this.#string();
    if (key === undefined) throw text.broken('index', 'Invalid index');
    text.blanks();
    if (!text.takeText(']')) throw text.broken('index', 'Unclosed index expression');
    return key;
  }

  #value(): string | undefined {
    const start = this.#text.at;
    if (this.#selector()) return this.#text.source.slice(start, this.#text.at);
    return this.#number() ?? this.#string();
  }

  #number(): string | undefined {
    const text = this.#text;
    const start = text.at;
    text.takeText('-');
    const whole = text.takeText('0') || text.take(/[1-9][0-9]*/y, '[1-9]') !== undefined;
    if (!whole) {
      text.at = start;
      return undefined;
    }
    if (!text.source.startsWith('0', text.at - 1) || text.at - start > 1) text.missed('[0-9]');
    const fraction = text.take(/\.[0-9]+/y, '"."');
    if (fraction !== undefined) text.missed('[0-9]');
    if (!/[ \t\r\n)]/.test(text.source[text.at] ?? ' ')) throw text.broken('number', 'Invalid number literal');
    return text.source.slice(start, text.at);
  }

  #string(): string | undefined {
    const text = this.#text;
    const start = text.at;
    const quoted = text.take(/`[^`]*`/y, '"`"') ?? text.take(/"(?:[^"\\]|\\.)*"/sy, '"\\""');
    if (quoted === undefined) {
      if (!/["`]/.test(text.source[start] ?? '')) return undefined;
      throw text.broken('string', 'Unterminated string literal', text.source.length);
    }
    const value = unquoted(quoted);
    if (value === undefined) throw text.broken('string', 'invalid syntax', start);
    return value;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\\': '\\', '"': '"' },
};

/** Go's rules for texts; undefined for an escape that there is not. */
function unquoted(text: string): string | undefined {
  const inner = text.slice(1, -1);
  if (text.startsWith('`') || !inner.includes('\\')) return inner;
  let isWrong = false;
  const plain = inner.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/gs, (_, wide, narrow, letter) => {
    const code = (wide ?? narrow) as string | undefined;
    const found = code === undefined ? ESCAPES[letter as string] : String.fromCharCode(Number.parseInt(code, 16));
    if (found === undefined) isWrong = true;
    return found ?? '';
  });
  return isWrong ? undefined : plain;
}
