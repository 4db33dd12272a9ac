import { FunctionError } from '../functions/function.ts';
import { objectValue, stringValue, tupleValue, untypedNull, type Value } from '../values.ts';
import { Cursor } from './cursor.ts';
import { convertToText } from './key.ts';
import { resolvePlain, resolveTagged } from './resolve.ts';
import { readBlockScalar, readDoubleQuoted, readPlain, readSingleQuoted } from './scalars.ts';

/** Aliases may multiply what was written; beyond so many values they are meant to do harm. */
const MAX_VALUES = 200_000;
const MAX_DEPTH = 150;

/** Reads one YAML document: block and flow collections, all scalar styles, anchors, merge keys, the usual tags. */
export function decodeYaml(source: string): Value {
  const cursor = new Cursor(source);
  cursor.skipDocumentStart();
  if (cursor.atEnd()) throw new FunctionError('the document is empty');
  const value = new Reader(cursor).document();
  return value;
}

type Properties = { anchor?: string; tag?: string };

class Reader {
  private readonly cursor: Cursor;
  private readonly anchors = new Map<string, { value: Value; count: number } | 'open'>();
  private count = 0;
  private depth = 0;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  document(): Value {
    const value = this.node(-1, true);
    this.cursor.skipToContent();
    this.cursor.skipDocumentEnd();
    if (!this.cursor.atEnd()) this.cursor.fail('there is more text behind the value; only one document is allowed');
    return value;
  }

  /** A value that is indented more than `parent`; `compact` collections may begin on this very line. */
  private node(parent: number, compact: boolean, sequenceAtParent = false): Value {
    if (++this.depth > MAX_DEPTH) this.cursor.fail('values are nested too deeply');
    const { cursor } = this;
    cursor.skipBlanks();
    const properties = this.properties();
    if (!cursor.atLineEnd()) {
      const result = this.anchored(properties, () => this.content(parent, compact, properties.tag));
      this.depth--;
      return result;
    }
    cursor.skipToContent();
    const column = cursor.column();
    const belongs = column > parent || (sequenceAtParent && column === parent && cursor.looksAt(/-(?=\s|$)/y));
    if (cursor.atEnd() || cursor.atDocumentMarker() || !belongs) {
      this.depth--;
      return this.anchored(properties, () => emptyValue(properties.tag));
    }
    const inner = hasProperties(properties) ? properties : this.propertiesOfValue();
    const result = this.anchored(inner, () =>
      this.content(sequenceAtParent && column === parent ? parent - 1 : parent, true, inner.tag),
    );
    this.depth--;
    return result;
  }

  /** At the start of a line, properties before a key belong to the key. */
  private propertiesOfValue(): Properties {
    const start = this.cursor.offset;
    const properties = this.properties();
    if (hasProperties(properties) && this.cursor.atImplicitKey()) {
      this.cursor.offset = start;
      return {};
    }
    if (hasProperties(properties) && this.cursor.atLineEnd()) this.cursor.skipToContent();
    return properties;
  }

  private properties(): Properties {
    const properties: Properties = {};
    for (;;) {
      const anchor = this.cursor.take(/&([^\s,[\]{}]+)/y);
      const tag = anchor ? undefined : this.cursor.take(/!(?:<[^>]*>|[^\s,[\]{}]*)/y);
      if (!anchor && !tag) return properties;
      if (anchor) properties.anchor = anchor[1]!;
      if (tag) properties.tag = tag[0];
      this.cursor.skipBlanks();
    }
  }

  private anchored({ anchor }: Properties, read: () => Value): Value {
    const before = this.count;
    if (++this.count > MAX_VALUES) this.cursor.fail('there are too many values');
    if (anchor !== undefined) this.anchors.set(anchor, 'open');
    const value = read();
    if (anchor !== undefined) this.anchors.set(anchor, { value, count: this.count - before });
    return value;
  }

  private alias(): Value | undefined {
    const match = this.cursor.take(/\*([^\s,[\]{}:]+)/y);
    if (!match) return undefined;
    const target = this.anchors.get(match[1]!);
    if (target === 'open') this.cursor.fail(`cannot refer to anchor "${match[1]}" from inside its own definition`);
    if (!target) return this.cursor.fail(`there is no anchor "${match[1]}"`);
    this.count += target.count;
    if (this.count > MAX_VALUES) this.cursor.fail('the aliases make too many values');
    return target.value;
  }

  private content(parent: number, compact: boolean, tag: string | undefined): Value {
    const { cursor } = this;
    if (cursor.isIndentedByTab()) cursor.fail('tabs cannot indent; use spaces');
    if (compact && cursor.looksAt(/-(?=\s|$)/y)) return this.blockSequence(cursor.column());
    if (compact && cursor.looksAt(/\?(?=\s|$)/y)) cursor.fail('keys introduced by "?" are not supported');
    if (cursor.atImplicitKey()) {
      if (compact) return this.blockMapping(cursor.column());
      cursor.fail('a mapping must begin on a line of its own');
    }
    const value = this.flowOrScalar(parent, tag);
    cursor.skipBlanks();
    if (!cursor.atLineEnd()) cursor.fail('here the line should end');
    return value;
  }

  private flowOrScalar(parent: number, tag: string | undefined): Value {
    const { cursor } = this;
    const character = cursor.peek();
    if (character === '|' || character === '>') return resolveTagged(readBlockScalar(cursor, parent), tag ?? '!!str');
    return this.alias() ?? this.flowCollection() ?? this.scalar(parent, tag, false);
  }

  private scalar(parent: number, tag: string | undefined, flow: boolean): Value {
    const { cursor } = this;
    if (cursor.peek() === '"') return resolveTagged(readDoubleQuoted(cursor), tag ?? '!!str');
    if (cursor.peek() === "'") return resolveTagged(readSingleQuoted(cursor), tag ?? '!!str');
    const text = readPlain(cursor, parent, flow);
    return tag === undefined ? resolvePlain(text) : resolveTagged(text, tag);
  }

  private blockSequence(column: number): Value {
    const items: Value[] = [];
    for (;;) {
      this.cursor.take(/-/y);
      items.push(this.node(column, true));
      this.cursor.skipToContent();
      if (this.cursor.column() !== column || !this.cursor.looksAt(/-(?=\s|$)/y) || this.cursor.atDocumentMarker())
        break;
    }
    if (!this.cursor.atEnd() && this.cursor.column() > column) this.cursor.fail('this line is indented too far');
    return tupleValue(items);
  }

  private blockMapping(column: number): Value {
    const entries: Entry[] = [];
    for (;;) {
      entries.push(this.blockEntry(column));
      this.cursor.skipToContent();
      if (this.cursor.atEnd() || this.cursor.column() !== column || this.cursor.atDocumentMarker()) break;
      if (!this.cursor.atImplicitKey()) this.cursor.fail('a key and ":" are expected');
    }
    if (!this.cursor.atEnd() && this.cursor.column() > column) this.cursor.fail('this line is indented too far');
    return mappingOf(this.cursor, entries);
  }

  private blockEntry(column: number): Entry {
    const key = this.key(column, false);
    this.cursor.skipBlanks();
    this.cursor.expect(':');
    return { ...key, value: this.node(column, false, true) };
  }

  private key(parent: number, flow: boolean): { key: Value; merge: boolean } {
    const properties = this.properties();
    const merge = this.cursor.looksAt(/<<\s*:/y);
    const key = this.anchored(properties, () => this.alias() ?? this.scalar(parent, properties.tag, flow));
    return { key, merge };
  }

  private flowCollection(): Value | undefined {
    if (this.cursor.peek() === '[') return this.flowSequence();
    return this.cursor.peek() === '{' ? this.flowMapping() : undefined;
  }

  private flowSequence(): Value {
    const items: Value[] = [];
    this.flow('[', ']', () => {
      const value = this.flowNode();
      this.cursor.skipFlowBlanks();
      if (!this.cursor.take(/:/y)) return items.push(value);
      return items.push(mappingOf(this.cursor, [{ key: value, merge: false, value: this.flowNode() }]));
    });
    return tupleValue(items);
  }

  private flowMapping(): Value {
    const entries: Entry[] = [];
    this.flow('{', '}', () => {
      const key = this.key(-1, true);
      this.cursor.skipFlowBlanks();
      const value = this.cursor.take(/:/y) ? this.flowNode() : untypedNull;
      entries.push({ ...key, value });
    });
    return mappingOf(this.cursor, entries);
  }

  private flow(open: string, close: string, readItem: () => void): void {
    if (++this.depth > MAX_DEPTH) this.cursor.fail('values are nested too deeply');
    this.cursor.expect(open);
    for (;;) {
      this.cursor.skipFlowBlanks();
      if (this.cursor.peek() === close) break;
      readItem();
      this.cursor.skipFlowBlanks();
      if (this.cursor.peek() !== close) this.cursor.expect(',');
    }
    this.cursor.expect(close);
    this.depth--;
  }

  private flowNode(): Value {
    this.cursor.skipFlowBlanks();
    const properties = this.properties();
    this.cursor.skipFlowBlanks();
    if (/[,\]}]/.test(this.cursor.peek())) return this.anchored(properties, () => emptyValue(properties.tag));
    return this.anchored(
      properties,
      () => this.alias() ?? this.flowCollection() ?? this.scalar(-1, properties.tag, true),
    );
  }
}

type Entry = { key: Value; merge: boolean; value: Value };

function hasProperties({ anchor, tag }: Properties): boolean {
  return anchor !== undefined || tag !== undefined;
}

function emptyValue(tag: string | undefined): Value {
  return tag === '!!str' || tag === '!' ? stringValue('') : untypedNull;
}

/** What is merged in with `<<` counts less than what is written out. */
function mappingOf(cursor: Cursor, entries: readonly Entry[]): Value {
  const merged = entries.filter(({ merge }) => merge).flatMap(({ value }) => mergeSources(cursor, value));
  const own = entries
    .filter(({ merge }) => !merge)
    .map(({ key, value }): [string, Value] => [convertToText(cursor, key), value]);
  return objectValue([...merged.reverse(), ...own]);
}

function mergeSources(cursor: Cursor, value: Value): [string, Value][] {
  if (value.kind === 'object') return [...value.entries];
  if (value.kind === 'tuple') return value.items.flatMap((item) => mergeSources(cursor, item));
  return cursor.fail('"<<" merges mappings only');
}
