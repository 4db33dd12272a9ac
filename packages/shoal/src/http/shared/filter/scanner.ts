import { FilterError } from './expression.ts';

/**
 * Reads an expression from left to right. What did not fit is remembered with the place, so that an error can say what could have stood at the
 * farthest one: in the words and the order of Consul's parser, whose users know them.
 */
export class Scanner {
  readonly source: string;
  at = 0;
  #farthest = 0;
  readonly #expected = new Set<string>();

  constructor(source: string) {
    this.source = source;
  }

  /** Takes what the pattern (sticky) matches here; `label` is how an error calls it. */
  take(pattern: RegExp, label: string): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    if (found === undefined) this.missed(label);
    else this.at += found.length;
    return found;
  }

  takeText(text: string): boolean {
    if (this.source.startsWith(text, this.at)) {
      this.at += text.length;
      return true;
    }
    this.missed(JSON.stringify(text));
    return false;
  }

  /** Blanks; false when there are none. More could always follow. */
  blanks(): boolean {
    const found = this.take(/[ \t\r\n]+/y, BLANK);
    this.missed(BLANK);
    return found !== undefined;
  }

  isAtEnd(): boolean {
    if (this.at === this.source.length) return true;
    this.missed(END);
    return false;
  }

  missed(label: string): void {
    if (this.at < this.#farthest) return;
    if (this.at > this.#farthest) this.#expected.clear();
    this.#farthest = this.at;
    this.#expected.add(label);
  }

  /** What is said when nothing fits. */
  noMatch(): FilterError {
    const labels = [...this.#expected].filter((label) => label !== END).sort();
    if (this.#expected.has(END)) labels.push(END);
    const last = labels.pop() ?? END;
    const expected = labels.length > 0 ? `${labels.join(', ')} or ${last}` : last;
    const next = this.source.slice(this.#farthest, this.#farthest + 1);
    const inWord = this.#expected.has(WORD) && /[^\s()[\]=!"`]/.test(next);
    const hint = inWord ? ` (values with ${JSON.stringify(next)} in them need quotes)` : '';
    return new FilterError(`${this.#place(this.#farthest)}: no match found, expected: ${expected}${hint}`);
  }

  /** What is said when it is clear what was meant, and it is wrong. */
  broken(rule: string, reason: string, at = this.at): FilterError {
    return new FilterError(`${this.#place(at)}: rule "${rule}": ${reason}`);
  }

  /** `line:column (offset)` */
  #place(at: number): string {
    const before = this.source.slice(0, at);
    return `${before.split('\n').length}:${at - before.lastIndexOf('\n')} (${Buffer.byteLength(before)})`;
  }
}

export const BLANK = '[ \\t\\r\\n]';
export const WORD = '[a-zA-Z0-9_]';
export const LETTER = '[a-zA-Z]';
const END = 'EOF';
