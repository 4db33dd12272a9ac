import { FunctionError } from '../functions/function.ts';

/** A key on one line: quoted or plain, and a colon that a blank or the end of the line follows. */
const implicitKey =
  /(?:[&!][^\s,[\]{}]*[ \t]+)*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|\*[^\s,[\]{}:]+)[ \t]*:(?=[ \t\r\n]|$)|(?:[&!][^\s,[\]{}]*[ \t]+)*(?![-?:](?=\s|$)|[,[\]{}#&*!|>'"%@`])[^\n#]*?(?:[^\n#:\s]#[^\n#]*?)*?:(?=[ \t\r\n]|$)/y;

/** A place in a text, with the few looks ahead that YAML needs. */
export class Cursor {
  offset = 0;
  readonly source: string;

  constructor(source: string) {
    this.source = source.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  }

  peek(): string {
    return this.source[this.offset] ?? '';
  }

  atEnd(): boolean {
    return this.offset >= this.source.length;
  }

  looksAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    return pattern.test(this.source);
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.offset;
    const match = pattern.exec(this.source);
    if (match) this.offset += match[0].length;
    return match ?? undefined;
  }

  expect(character: string): void {
    if (this.peek() !== character) this.fail(`"${character}" is expected`);
    this.offset++;
  }

  /** How far the current place is from the start of its line. */
  column(): number {
    return this.offset - (this.source.lastIndexOf('\n', this.offset - 1) + 1);
  }

  /** A tab stands before the first text of this line, and we are at that text. */
  isIndentedByTab(): boolean {
    const before = this.source.slice(this.offset - this.column(), this.offset);
    return before.trim() === '' && before.includes('\t');
  }

  skipBlanks(): void {
    this.take(/[ \t]*/y);
  }

  /** Nothing but a comment follows on this line. */
  atLineEnd(): boolean {
    return this.looksAt(/(?:(?<=^|[\s])#[^\n]*)?(?:\n|$)/y);
  }

  /** Goes over blank lines and comments to the next text. */
  skipToContent(): void {
    this.take(/[ \t]*(?:(?:(?<=^|\s)#[^\n]*)?\n[ \t]*)*(?:(?<=^|\s)#[^\n]*$)?/y);
  }

  skipFlowBlanks(): void {
    this.take(/(?:\s|(?<=^|\s)#[^\n]*)*/y);
  }

  atImplicitKey(): boolean {
    return this.looksAt(implicitKey);
  }

  atDocumentMarker(): boolean {
    return this.column() === 0 && this.looksAt(/(?:---|\.\.\.)(?=\s|$)/y);
  }

  skipDocumentStart(): void {
    this.skipToContent();
    while (this.take(/%[^\n]*\n/y)) this.skipToContent();
    if (this.take(/---(?=\s|$)/y) && this.atLineEnd()) this.skipToContent();
  }

  skipDocumentEnd(): void {
    if (this.column() === 0 && this.take(/\.\.\.(?=\s|$)/y)) this.skipToContent();
  }

  fail(reason: string): never {
    const before = this.source.slice(0, this.offset).split('\n');
    throw new FunctionError(`not valid YAML (line ${before.length}, column ${before.at(-1)!.length + 1}): ${reason}`);
  }
}
