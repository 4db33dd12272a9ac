import { advance, type Pos, startOfFile } from '../position.ts';
import { punctuation, type Token, type TokenType } from './tokens.ts';

/**
 * The lexer is a stack of modes. Code is the ground; a quote, a heredoc or a bare template pushes a mode that reads
 * text; `${` and `%{` in text push code again, which the matching `}` ends.
 */
type Mode =
  | { kind: 'code'; braces: number }
  | { kind: 'quoted' }
  | { kind: 'heredoc'; marker: string; lineStart: boolean }
  | { kind: 'bare' };

/** Without `directives`, `%{` is text, as it was in the first version of HCL. */
type LexerOptions = { filename: string; start?: Pos; template?: boolean; directives?: boolean | undefined };

/** Cuts a text into tokens, comments included, blanks not. The last token is always `end of file`. Never fails. */
export function lex(source: string, options: LexerOptions): Token[] {
  const lexer = new Lexer(source, options);
  lexer.run();
  return lexer.tokens;
}

const blanks = /[ \t]+/y;
const newline = /\r?\n/y;
/** All that looks like one, to its last digit: `1.2.3` is a mistake in a number, not a number and an index. */
const number = /\d(?:\.*(?:[eE][+-]?)?\d)*/y;
const identifier = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const lineComment = /(?:#|\/\/)[^\n]*?(?=\r?\n|$)/y;
/** Blanks around the marker are a mistake (see `lexicalMistakes`), but it is clear what was meant. */
const heredocStart = /<<-?[ \t]*([\p{ID_Start}_][\p{ID_Continue}-]*)[ \t]*\r?\n/uy;
const quotedText = /(?:[^"\\$%\r\n]+|\\[^\r\n]|\$\$\{|%%\{|[$%](?!\{)|\\(?=[\r\n]|$)|\r(?!\n))+/uy;
const heredocText = /(?:[^$%\n]+|\$\$\{|%%\{|[$%](?!\{))*\n?/y;
const bareText = /(?:[^$%]+|\$\$\{|%%\{|[$%](?!\{))+/y;
const templateStart = /[$%]\{~?/y;
/** `${NAME:-default}`, `${NAME##*\/}`, `${NAME//a/b}`, `${NAME[@]}`, `${#NAME}`, `${@}`: what a shell knows, and nothing that an expression can be. */
const shellExpansion =
  /\$\{(?:\w+(?:\[@\])?(?::[-=?+]|##?|%%|%[.*/]|\/\/|\^|,)[^}\n"]{0,500}|\w+\[@\]|#\w+(?:\[[@*]\])?|[@*#?])\}/y;
const byFirstCharacter = groupByFirstCharacter();

class Lexer {
  readonly tokens: Token[] = [];
  private readonly source: string;
  private readonly filename: string;
  private readonly directives: boolean;
  private readonly modes: Mode[];
  private offset = 0;
  private unclosed = false;
  private pos: Pos;

  constructor(source: string, { filename, start = startOfFile, template = false, directives = true }: LexerOptions) {
    this.source = source;
    this.filename = filename;
    this.directives = directives;
    this.pos = start;
    this.modes = [template ? { kind: 'bare' } : { kind: 'code', braces: 0 }];
    if (source.startsWith('\ufeff')) {
      this.offset = 1;
      this.pos = { ...start, byte: start.byte + 3 };
    }
  }

  run(): void {
    while (this.offset < this.source.length) this.step(this.modes.at(-1)!);
    this.emit('end of file', 0);
  }

  private step(mode: Mode): void {
    switch (mode.kind) {
      case 'code':
        this.code(mode);
        break;
      case 'quoted':
        this.quoted();
        break;
      case 'heredoc':
        this.heredoc(mode);
        break;
      case 'bare':
        if (!this.templateStart()) this.emit('text', this.match(bareText));
    }
  }

  private code(mode: Mode & { kind: 'code' }): void {
    const known =
      this.skip(this.match(blanks)) ||
      this.plain('newline', newline) ||
      this.plain('identifier', identifier) ||
      this.plain('number', number) ||
      this.plain('comment', lineComment) ||
      this.blockComment() ||
      this.openText() ||
      this.brace(mode) ||
      this.operator();
    if (!known) this.emit('invalid', this.source.codePointAt(this.offset)! > 0xffff ? 2 : 1);
  }

  private plain(type: TokenType, pattern: RegExp): boolean {
    const length = this.match(pattern);
    if (length > 0) this.emit(type, length);
    return length > 0;
  }

  private blockComment(): boolean {
    if (this.unclosed || !this.source.startsWith('/*', this.offset)) return false;
    const end = this.source.indexOf('*/', this.offset + 2);
    // Looked for once: no later one will find it either.
    this.unclosed = end < 0;
    if (end >= 0) this.emit('comment', end + 2 - this.offset);
    return end >= 0;
  }

  private openText(): boolean {
    if (this.source[this.offset] === '"') {
      this.modes.push({ kind: 'quoted' });
      this.emit('open quote', 1);
      return true;
    }
    heredocStart.lastIndex = this.offset;
    const start = heredocStart.exec(this.source);
    if (!start) return false;
    this.modes.push({ kind: 'heredoc', marker: start[1]!, lineStart: true });
    this.emit('open heredoc', start[0].length);
    return true;
  }

  /** Braces are counted, so that the one that ends an interpolation is told from those of an object in it. */
  private brace(mode: Mode & { kind: 'code' }): boolean {
    const inTemplate = this.modes.length > 1 && mode.braces === 0;
    if (inTemplate && this.source.startsWith('~}', this.offset)) return this.closeTemplate(2);
    const character = this.source[this.offset];
    if (character === '{') mode.braces++;
    if (character !== '}') return false;
    if (inTemplate) return this.closeTemplate(1);
    mode.braces = Math.max(0, mode.braces - 1);
    return false;
  }

  private closeTemplate(length: number): true {
    this.modes.pop();
    this.emit('template end', length);
    return true;
  }

  private operator(): boolean {
    const candidates = byFirstCharacter.get(this.source[this.offset]!);
    const found = candidates?.find((text) => this.source.startsWith(text, this.offset));
    if (found) this.emit(found, found.length);
    return found !== undefined;
  }

  private quoted(): void {
    if (this.source[this.offset] === '"') {
      this.modes.pop();
      this.emit('close quote', 1);
    } else if (this.plain('quoted newline', newline)) {
      this.leaveQuotes();
    } else if (!this.templateStart()) {
      this.emit('quoted text', this.match(quotedText) || 1);
    }
  }

  /** A quote that is not closed on its line was forgotten, most likely: what follows is read as code again. */
  private leaveQuotes(): void {
    let outer = this.modes.length - 1;
    while (outer > 0 && this.modes[outer]!.kind !== 'heredoc' && this.modes[outer]!.kind !== 'bare') outer--;
    this.modes.length = Math.max(1, outer + 1);
  }

  private heredoc(mode: Mode & { kind: 'heredoc' }): void {
    if (mode.lineStart && this.endOfHeredoc(mode.marker)) return;
    mode.lineStart = false;
    if (this.templateStart()) return;
    const length = this.match(heredocText) || 1;
    mode.lineStart = this.source[this.offset + length - 1] === '\n';
    this.emit('text', length);
  }

  /** The marker ends the heredoc when it is alone on its line; the newline behind it belongs to the code. */
  private endOfHeredoc(marker: string): boolean {
    const end = this.source.indexOf('\n', this.offset);
    if (end < 0) return false;
    const line = this.source.slice(this.offset, end);
    if (line.trim() !== marker) return false;
    this.modes.pop();
    this.emit('close heredoc', line.endsWith('\r') ? line.length - 1 : line.length);
    return true;
  }

  private templateStart(): boolean {
    if (this.plain('shell expansion', shellExpansion)) return true;
    const length = this.match(templateStart);
    if (length === 0 || (!this.directives && this.source[this.offset] === '%')) return false;
    this.modes.push({ kind: 'code', braces: 0 });
    this.emit(this.source[this.offset] === '$' ? '${' : '%{', length);
    return true;
  }

  /** Length of the match at the current place. */
  private match(pattern: RegExp): number {
    pattern.lastIndex = this.offset;
    return pattern.test(this.source) ? pattern.lastIndex - this.offset : 0;
  }

  private skip(length: number): boolean {
    if (length === 0) return false;
    this.pos = { line: this.pos.line, column: this.pos.column + length, byte: this.pos.byte + length };
    this.offset += length;
    return true;
  }

  private emit(type: TokenType, length: number): void {
    const { filename, offset, pos: start } = this;
    const text = this.source.slice(offset, offset + length);
    const end = length === 0 ? start : advance(start, text);
    this.tokens.push({ type, text, offset, range: { filename, start, end } });
    this.offset += length;
    this.pos = end;
  }
}

function groupByFirstCharacter(): Map<string, (typeof punctuation)[number][]> {
  const groups = new Map<string, (typeof punctuation)[number][]>();
  for (const text of punctuation) groups.set(text[0]!, [...(groups.get(text[0]!) ?? []), text]);
  return groups;
}
