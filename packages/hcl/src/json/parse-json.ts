import { parseNumber } from '../big-float.ts';
import { type Diagnostic, errorAt } from '../diagnostic.ts';
import type { Range } from '../position.ts';
import { falseValue, numberValue, trueValue, untypedNull, type Value } from '../values.ts';
import { type Locator, locator } from './locator.ts';

/** JSON with the places of everything in it. Equal keys are all kept, in the order of the text. */
export type JsonNode =
  | { kind: 'scalar'; value: Value; range: Range }
  | { kind: 'string'; text: string; range: Range }
  | { kind: 'array'; items: JsonNode[]; range: Range }
  | { kind: 'object'; properties: JsonProperty[]; range: Range };

export type JsonProperty = { name: string; nameRange: Range; value: JsonNode };

/** Reads one JSON value, and nothing behind it. A mistake ends the reading: `node` is missing then. */
export function parseJson(text: string, filename: string): { node?: JsonNode; diagnostics: Diagnostic[] } {
  const reader = new Reader(text, filename);
  try {
    return { node: reader.whole(), diagnostics: [] };
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    return { diagnostics: [error.diagnostic] };
  }
}

class JsonMistake extends Error {
  readonly code = 'hcl.json';
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.detail);
    this.diagnostic = diagnostic;
  }
}

const MAX_DEPTH = 250;
const blanks = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+])/y;
// Unrolled: alternatives that repeat in each other try every way to divide a text that is not closed.
const string = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
const word = /[A-Za-z_]\w*/y;
const words = new Map<string, Value>([
  ['true', trueValue],
  ['false', falseValue],
  ['null', untypedNull],
]);

class Reader {
  private readonly text: string;
  private readonly locate: Locator;
  private offset: number;
  private depth = 0;

  constructor(text: string, filename: string) {
    this.text = text;
    this.locate = locator(text, filename);
    this.offset = text.startsWith('\ufeff') ? 1 : 0;
  }

  whole(): JsonNode {
    this.skipBlanks();
    const node = this.value();
    this.skipBlanks();
    if (this.offset < this.text.length) this.fail('Extra characters after JSON value', 'The value was complete here.');
    return node;
  }

  private value(): JsonNode {
    const start = this.offset;
    switch (this.text[start]) {
      case '{':
        return this.nested(() => this.object(start));
      case '[':
        return this.nested(() => this.array(start));
      case '"': {
        const text = this.string();
        return { kind: 'string', text, range: this.locate(start, this.offset) };
      }
      default:
        return this.scalar(start);
    }
  }

  private nested(read: () => JsonNode): JsonNode {
    if (++this.depth > MAX_DEPTH) this.fail('JSON nested too deeply', `Values may be nested ${MAX_DEPTH} levels deep.`);
    const node = read();
    this.depth--;
    return node;
  }

  private scalar(start: number): JsonNode {
    const digits = this.match(number);
    const parsed = digits === undefined ? undefined : parseNumber(digits);
    if (parsed) return { kind: 'scalar', value: numberValue(parsed), range: this.locate(start, this.offset) };
    const name = this.match(word);
    const value = name === undefined ? undefined : words.get(name);
    if (value) return { kind: 'scalar', value, range: this.locate(start, this.offset) };
    this.offset = start;
    if (start >= this.text.length) return this.fail('Missing JSON value', 'The text ends where a value should stand.');
    return this.fail(
      'Invalid JSON value',
      'Here a value is expected: { }, [ ], a text in double quotes, a number, true, false or null.',
    );
  }

  private array(start: number): JsonNode {
    const items: JsonNode[] = [];
    for (this.open(); !this.take(']'); ) {
      if (items.length > 0) this.expect(',', ']', 'items');
      items.push(this.value());
      this.skipBlanks();
    }
    return { kind: 'array', items, range: this.locate(start, this.offset) };
  }

  private object(start: number): JsonNode {
    const properties: JsonProperty[] = [];
    for (this.open(); !this.take('}'); ) {
      if (properties.length > 0) this.expect(',', '}', 'properties');
      properties.push(this.property());
      this.skipBlanks();
    }
    return { kind: 'object', properties, range: this.locate(start, this.offset) };
  }

  private property(): JsonProperty {
    const start = this.offset;
    if (this.text[start] !== '"')
      this.fail('Invalid JSON property', 'The name of a property must be in double quotes.');
    const name = this.string();
    const nameRange = this.locate(start, this.offset);
    this.skipBlanks();
    if (!this.take(':')) this.fail('Missing JSON value', 'After the name of a property ":" and a value must follow.');
    this.skipBlanks();
    return { name, nameRange, value: this.value() };
  }

  private open(): void {
    this.offset++;
    this.skipBlanks();
  }

  private expect(separator: string, end: string, what: string): void {
    if (!this.take(separator))
      this.fail('Missing JSON separator', `Between ${what} "," is expected, and "${end}" behind the last.`);
    this.skipBlanks();
  }

  private string(): string {
    const start = this.offset;
    const text = this.match(string);
    const decoded = text === undefined ? undefined : decode(text);
    if (decoded !== undefined) return decoded;
    this.offset = start;
    return this.fail(
      'Invalid JSON string',
      'The text is not closed on its line, or has an escape or a character that JSON does not allow.',
    );
  }

  private take(character: string): boolean {
    if (this.text[this.offset] !== character) return false;
    this.offset++;
    return true;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.offset += found.length;
    return found;
  }

  private skipBlanks(): void {
    this.match(blanks);
  }

  private fail(summary: string, detail: string): never {
    const end = Math.min(this.offset + 1, this.text.length);
    throw new JsonMistake(errorAt(this.locate(this.offset, end), summary, detail));
  }
}

function decode(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    // Escapes and control characters are all that can be wrong in it, and the caller says so.
    return undefined;
  }
}
