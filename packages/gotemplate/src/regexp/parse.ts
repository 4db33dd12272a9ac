import { foldCase, not, perlClass, posixClass, unicodeClass, within } from './char-class.ts';
import { RegexpError } from './errors.ts';
import type { Assertion, CharTest, Node, Pattern } from './nodes.ts';

type Flags = { readonly i: boolean; readonly m: boolean; readonly s: boolean; readonly U: boolean };

const MAX_REPEAT = 1000;
const MAX_DEPTH = 200;
const NEWLINE = 0x0a;
const ESCAPED: Readonly<Record<string, number>> = { a: 0x07, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09, v: 0x0b };
const ASSERTED: Readonly<Record<string, Assertion>> = {
  A: 'text-start',
  z: 'text-end',
  b: 'word-edge',
  B: 'no-word-edge',
};

/**
 * Reads a pattern in RE2's syntax: no back references, no looking around.
 *
 * @throws RegexpError in the words that users of Go know
 */
export function parsePattern(source: string): Pattern {
  const reader = new Reader(source);
  const node = reader.choice(0);
  if (!reader.atEnd()) throw new RegexpError('unexpected )', source);
  return { node, names: reader.names };
}

class Reader {
  readonly names: (string | undefined)[] = [];
  private readonly source: string;
  private at = 0;
  private flags: Flags = { i: false, m: false, s: false, U: false };

  constructor(source: string) {
    this.source = source;
  }

  atEnd(): boolean {
    return this.at >= this.source.length;
  }

  choice(depth: number): Node {
    if (depth > MAX_DEPTH) throw new RegexpError('expression nests too deeply', this.source);
    const nodes = [this.sequence(depth)];
    while (this.take('|')) nodes.push(this.sequence(depth));
    return nodes.length === 1 && nodes[0] ? nodes[0] : { type: 'choice', nodes };
  }

  private sequence(depth: number): Node {
    const nodes: Node[] = [];
    while (!this.atEnd() && !this.looksAt('|') && !this.looksAt(')')) {
      if (this.quoted(nodes)) continue;
      const start = this.at;
      const node = this.atom(depth);
      if (node !== undefined) nodes.push(this.repeated(node, start));
    }
    return nodes.length === 1 && nodes[0] ? nodes[0] : { type: 'sequence', nodes };
  }

  /** `\Q…\E`: what is repeated behind it is its last character. */
  private quoted(nodes: Node[]): boolean {
    const start = this.at;
    if (!this.take('\\Q')) return false;
    const end = this.source.indexOf('\\E', this.at);
    const text = this.source.slice(this.at, end < 0 ? undefined : end);
    this.at = end < 0 ? this.source.length : end + 2;
    for (const char of text) nodes.push(this.char(is(char.codePointAt(0) ?? 0)));
    const last = text === '' ? undefined : nodes.pop();
    if (last !== undefined) nodes.push(this.repeated(last, start));
    return true;
  }

  /** Undefined for what only sets flags. */
  private atom(depth: number): Node | undefined {
    const char = this.next();
    switch (char) {
      case '(':
        return this.group(depth);
      case '[':
        return this.bracket();
      case '.':
        return { type: 'char', matches: this.flags.s ? () => true : (code) => code !== NEWLINE };
      case '^':
        return { type: 'assert', what: this.flags.m ? 'line-start' : 'text-start' };
      case '$':
        return { type: 'assert', what: this.flags.m ? 'line-end' : 'text-end' };
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
        throw new RegexpError('missing argument to repetition operator', char);
      default:
        return this.char(is(char.codePointAt(0) ?? 0));
    }
  }

  private repeated(node: Node, start: number): Node {
    let result = node;
    for (let before = ''; ; ) {
      const from = this.at;
      const bounds = this.bounds();
      if (bounds === undefined) return result;
      const lazy = this.take('?');
      const text = this.source.slice(from, this.at);
      if (before !== '') throw new RegexpError('invalid nested repetition operator', before + text);
      if (bounds.min > MAX_REPEAT || (bounds.max !== Number.POSITIVE_INFINITY && bounds.max > MAX_REPEAT)) {
        throw new RegexpError('invalid repeat count', text);
      }
      if (bounds.max < bounds.min) throw new RegexpError('invalid repeat count', text);
      if (start === from) throw new RegexpError('missing argument to repetition operator', text);
      before = text;
      result = { type: 'repeat', node: result, ...bounds, greedy: lazy === this.flags.U };
    }
  }

  private bounds(): { min: number; max: number } | undefined {
    if (this.take('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (this.take('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (this.take('?')) return { min: 0, max: 1 };
    // Braces that are not a count stand for themselves.
    const found = this.takePattern(/\{(\d+)(,?)(\d*)\}/y);
    if (found === undefined) return undefined;
    const min = Number(found[1]);
    const max = found[3] ? Number(found[3]) : found[2] ? Number.POSITIVE_INFINITY : min;
    return { min, max };
  }

  private group(depth: number): Node | undefined {
    const outer = this.flags;
    const start = this.at - 1;
    const name = this.groupName(start);
    if (name === undefined && this.take('?') && !this.setFlags(start)) return undefined;
    const captures = name !== undefined || this.source[start + 1] !== '?';
    const index = captures ? this.names.push(name) : 0;
    const node = this.choice(depth + 1);
    if (!this.take(')')) throw new RegexpError('missing closing )', this.source);
    this.flags = outer;
    return captures ? { type: 'group', index, node } : node;
  }

  private groupName(start: number): string | undefined {
    if (!this.looksAt('?P<') && !(this.looksAt('?<') && !/^\?<[=!]/.test(this.source.slice(this.at)))) return undefined;
    const found = this.takePattern(/\?P?<(\w+)>/y);
    const end = this.source.indexOf('>', start);
    const text = this.source.slice(start, end < 0 ? undefined : end + 1);
    if (found === undefined) throw new RegexpError('invalid named capture', text);
    if (this.names.includes(found[1])) throw new RegexpError('duplicate capture group name', found[1] ?? '');
    return found[1];
  }

  /** `(?i)` sets flags from here on (false), `(?i:…)` for a group (true). */
  private setFlags(start: number): boolean {
    const found = this.takePattern(/([imsU]*)(?:-([imsU]+))?([:)])/y);
    const text = this.source.slice(start, this.at + 1);
    if (found === undefined) throw new RegexpError('invalid or unsupported Perl syntax', text);
    const [, on = '', off = '', end] = found;
    const next: Record<string, boolean> = { ...this.flags };
    for (const flag of on) next[flag] = true;
    for (const flag of off) next[flag] = false;
    this.flags = next as Flags;
    return end === ':';
  }

  private escape(): Node {
    const start = this.at - 1;
    if (this.atEnd()) throw new RegexpError('trailing backslash at end of expression', '');
    const assertion = ASSERTED[this.source[this.at] ?? ''];
    if (assertion !== undefined) {
      this.at += 1;
      return { type: 'assert', what: assertion };
    }
    return this.char(this.charClass(start) ?? is(this.escapedCode(start)));
  }

  /** `\d`, `\pL`, `\p{Greek}` behind a backslash. */
  private charClass(start: number): CharTest | undefined {
    const letter = this.source[this.at] ?? '';
    const perl = perlClass(letter);
    if (perl !== undefined) {
      this.at += 1;
      return perl;
    }
    const found = this.takePattern(/([pP])(?:\{(\^?)([^}]*)\}|([A-Za-z]))/y);
    if (found === undefined) return undefined;
    const test = unicodeClass(found[3] ?? found[4] ?? '');
    if (test === undefined) throw new RegexpError('invalid character class range', this.source.slice(start, this.at));
    return (found[1] === 'P') !== (found[2] === '^') ? not(test) : test;
  }

  private escapedCode(start: number): number {
    const hex = this.takePattern(/x(?:\{([0-9a-fA-F]{1,8})\}|([0-9a-fA-F]{2}))/y);
    if (hex !== undefined) {
      const code = Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
      if (code > 0x10ffff) throw new RegexpError('invalid escape sequence', this.source.slice(start, this.at));
      return code;
    }
    const octal = this.takePattern(/0[0-7]{0,2}|[1-7][0-7]{1,2}/y);
    if (octal !== undefined) return Number.parseInt(octal[0], 8);
    const char = this.next();
    const known = ESCAPED[char];
    if (known !== undefined) return known;
    if (/^[A-Za-z0-9]$/.test(char)) throw new RegexpError('invalid escape sequence', `\\${char}`);
    return char.codePointAt(0) ?? 0;
  }

  private bracket(): Node {
    const start = this.at - 1;
    const negated = this.take('^');
    const tests: CharTest[] = [];
    for (let first = true; first || !this.looksAt(']'); first = false) {
      if (this.atEnd()) throw new RegexpError('missing closing ]', this.source.slice(start));
      tests.push(this.bracketItem(start));
    }
    this.at += 1;
    const any: CharTest = (code) => tests.some((test) => test(code));
    return this.char(any, negated);
  }

  private bracketItem(start: number): CharTest {
    const posix = this.takePattern(/\[:(\^?\w*):\]/y);
    if (posix !== undefined) {
      const test = posixClass(posix[1] ?? '');
      if (test === undefined) throw new RegexpError('invalid character class range', posix[0]);
      return test;
    }
    const itemStart = this.at;
    if (this.looksAt('\\')) {
      this.at += 1;
      const test = this.charClass(itemStart);
      if (test !== undefined) return test;
      this.at = itemStart;
    }
    const from = this.bracketCode(start);
    if (!this.looksAt('-') || this.source[this.at + 1] === ']' || this.at + 1 >= this.source.length) return is(from);
    this.at += 1;
    const to = this.bracketCode(start);
    if (to < from) {
      throw new RegexpError('invalid character class range', this.source.slice(itemStart, this.at));
    }
    return within([[from, to]]);
  }

  private bracketCode(start: number): number {
    if (this.atEnd()) throw new RegexpError('missing closing ]', this.source.slice(start));
    const at = this.at;
    const char = this.next();
    if (char !== '\\') return char.codePointAt(0) ?? 0;
    if (this.atEnd()) throw new RegexpError('missing closing ]', this.source.slice(start));
    return this.escapedCode(at);
  }

  /** Negation comes after folding: `(?i)[^a]` is neither a nor A. */
  private char(test: CharTest, negated = false): Node {
    const folded = this.flags.i ? foldCase(test) : test;
    return { type: 'char', matches: negated ? not(folded) : folded };
  }

  private next(): string {
    const char = String.fromCodePoint(this.source.codePointAt(this.at) ?? 0);
    this.at += char.length;
    return char;
  }

  private looksAt(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }

  private take(text: string): boolean {
    if (!this.looksAt(text)) return false;
    this.at += text.length;
    return true;
  }

  private takePattern(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.source);
    if (found === null) return undefined;
    this.at = sticky.lastIndex;
    return found;
  }
}

function is(wanted: number): CharTest {
  return (code) => code === wanted;
}
