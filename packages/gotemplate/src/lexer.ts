import type { Token, TokenKind } from './tokens.ts';
import { isKeyword } from './tokens.ts';

export type Delimiters = { readonly left: string; readonly right: string };

const SPACE = ' \t\r\n';
const LETTER = /[\p{L}\p{Nd}_]/u;
const NUMBER =
  /^[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[bB][01_]*|0[oO][0-7_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/;

/**
 * Splits a template into tokens (text/template, "Text and spaces", "Actions", "Arguments").
 * States: text → (comment | action) → text. Trim markers (`{{- `, ` -}}`) are applied here, so the
 * parser never sees them. The first thing that is wrong becomes an `error` token and ends the list.
 */
export function tokenize(source: string, delimiters: Delimiters): Token[] {
  return new Lexer(source, delimiters).run();
}

class Lexer {
  private readonly tokens: Token[] = [];
  private readonly source: string;
  private readonly left: string;
  private readonly right: string;
  private position = 0;
  private line = 1;
  private depth = 0;
  private failed = false;

  constructor(source: string, delimiters: Delimiters) {
    this.source = source;
    this.left = delimiters.left;
    this.right = delimiters.right;
  }

  run(): Token[] {
    while (!this.failed && this.text()) this.tag();
    if (!this.failed) this.emit('eof', '', this.position);
    return this.tokens;
  }

  /** Reads text up to the next tag; false when there is none. */
  private text(): boolean {
    const found = this.source.indexOf(this.left, this.position);
    const end = found === -1 ? this.source.length : found;
    const raw = this.source.slice(this.position, end);
    const kept = found !== -1 && this.trimsLeft(end) ? withoutSpaceBehind(raw) : raw;
    if (kept !== '') this.emit('text', kept, this.position);
    this.advance(end);
    return found !== -1;
  }

  /** Reads one `{{ … }}`, a comment or an action. */
  private tag(): void {
    const start = this.position;
    const open = start + this.left.length + (this.trimsLeft(start) ? 2 : 0);
    if (this.source.startsWith('/*', open)) this.comment(open);
    else this.action(start, open);
  }

  private comment(open: number): void {
    const close = this.source.indexOf('*/', open);
    if (close !== -1) this.advance(close + 2);
    if (close === -1) this.fail('unclosed comment');
    else if (!this.closes()) this.fail('comment ends before closing delimiter');
  }

  private action(start: number, open: number): void {
    this.emit('left-delim', this.left, start);
    this.advance(open);
    this.depth = 0;
    while (!this.failed && !this.rightDelimiter()) this.actionToken();
  }

  private rightDelimiter(): boolean {
    const start = this.position;
    const atEnd = this.source.startsWith(this.right, start) || this.trimsRight(start);
    if (!atEnd) return false;
    if (this.depth > 0) {
      this.fail('unclosed left paren');
      return false;
    }
    this.emit('right-delim', this.right, start);
    return this.closes();
  }

  /** Passes the closing delimiter, with the space after it when it trims. */
  private closes(): boolean {
    const trims = this.trimsRight(this.position);
    if (!trims && !this.source.startsWith(this.right, this.position)) return false;
    let end = this.position + (trims ? 2 : 0) + this.right.length;
    while (trims && SPACE.includes(this.source[end] ?? '?')) end++;
    this.advance(end);
    return true;
  }

  private actionToken(): void {
    const char = this.source[this.position];
    if (this.failed) return;
    if (char === undefined) this.fail('unclosed action');
    else if (SPACE.includes(char)) this.space();
    else if (char === '"' || char === "'" || char === '`') this.quoted(char);
    else if (char === '$') this.name('variable', 1);
    else if (char === '.' && !/[0-9]/.test(this.source[this.position + 1] ?? '')) this.name('field', 1);
    else if (/[0-9.+-]/.test(char)) this.number();
    else if (LETTER.test(this.codePoint(this.position))) this.name('identifier', 0);
    else this.punctuation(char);
  }

  private space(): void {
    let end = this.position;
    while (end < this.source.length && SPACE.includes(this.source[end] ?? '?') && !this.trimsRight(end)) end++;
    this.take('space', end);
  }

  private punctuation(char: string): void {
    if (char === '(') this.depth++;
    if (char === ')') this.depth--;
    if (this.depth < 0) this.fail('unexpected right paren');
    else if (this.source.startsWith(':=', this.position)) this.take(':=', this.position + 2);
    else if (char === ':') this.fail('expected :=');
    else if (isPunctuation(char)) this.take(char, this.position + 1);
    else if (char > ' ' && char < '\x7f') this.take('symbol', this.position + 1);
    else this.fail(`unrecognized character in action: ${describe(this.codePoint(this.position))}`);
  }

  /** Identifiers, `.field`, `.` and `$variable`: a word must end at something that ends words. */
  private name(kind: 'identifier' | 'field' | 'variable', prefix: number): void {
    let end = this.position + prefix;
    while (LETTER.test(this.codePoint(end))) end += this.codePoint(end).length;
    if (this.endsWord(end)) this.take(wordKind(this.source.slice(this.position, end), kind), end);
    else this.fail(`bad character ${describe(this.codePoint(end))}`);
  }

  private number(): void {
    const rest = this.source.slice(this.position, this.position + 256);
    const first = NUMBER.exec(rest)?.[0] ?? '';
    const after = rest.slice(first.length);
    const second = /^[+-]/.test(after) ? (NUMBER.exec(after)?.[0] ?? '') : '';
    const text = second.endsWith('i') ? first + second : first;
    const end = this.position + text.length;
    const bad = text === '' || (second !== '' && !second.endsWith('i')) || LETTER.test(this.codePoint(end));
    if (bad) this.fail(`bad number syntax: ${JSON.stringify(rest.slice(0, text.length + 1))}`);
    else this.take('number', end);
  }

  private quoted(quote: '"' | "'" | '`'): void {
    const end = closingQuote(this.source, this.position, quote);
    if (end === undefined) this.fail(UNTERMINATED[quote]);
    else this.take(QUOTED[quote], end);
  }

  private trimsLeft(start: number): boolean {
    const after = start + this.left.length;
    return this.source[after] === '-' && SPACE.includes(this.source[after + 1] ?? '?');
  }

  private trimsRight(at: number): boolean {
    if (!SPACE.includes(this.source[at] ?? '?') || this.source[at + 1] !== '-') return false;
    return this.source.startsWith(this.right, at + 2);
  }

  private endsWord(at: number): boolean {
    const char = this.source[at];
    return char === undefined || `${SPACE}.,|:()`.includes(char) || this.source.startsWith(this.right, at);
  }

  private codePoint(at: number): string {
    const code = this.source.codePointAt(at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  private take(kind: TokenKind, end: number): void {
    this.emit(kind, this.source.slice(this.position, end), this.position);
    this.advance(end);
  }

  private advance(end: number): void {
    for (let at = this.position; at < end; at++) if (this.source[at] === '\n') this.line++;
    this.position = end;
  }

  private emit(kind: TokenKind, text: string, offset: number): void {
    this.tokens.push({ kind, text, offset, line: this.line });
  }

  private fail(reason: string): void {
    this.emit('error', reason, this.position);
    this.failed = true;
  }
}

function withoutSpaceBehind(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE.includes(text[end - 1] ?? '?')) end--;
  return text.slice(0, end);
}

const QUOTED = { '"': 'string', "'": 'char', '`': 'raw-string' } as const;
const UNTERMINATED = {
  '"': 'unterminated quoted string',
  "'": 'unterminated character constant',
  '`': 'unterminated raw quoted string',
} as const;

/** Where the text that opens at `start` ends; only a raw one runs over lines. */
function closingQuote(source: string, start: number, quote: string): number | undefined {
  if (quote === '`') {
    const found = source.indexOf(quote, start + 1);
    return found === -1 ? undefined : found + 1;
  }
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === quote) return at + 1;
    if (source[at] === '\\') at++;
    if (source[at] === '\n') return undefined;
  }
  return undefined;
}

function wordKind(word: string, kind: 'identifier' | 'field' | 'variable'): TokenKind {
  if (kind === 'field') return word === '.' ? 'dot' : 'field';
  if (kind === 'variable') return 'variable';
  if (word === 'true' || word === 'false') return 'bool';
  return isKeyword(word) ? word : 'identifier';
}

function isPunctuation(char: string): char is '(' | ')' | '|' | ',' | '=' {
  return '()|,='.includes(char);
}

function describe(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')} '${char}'`;
}
