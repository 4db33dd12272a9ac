import { FunctionError } from '../../errors.ts';
import { checkSize } from '../../value-size.ts';
import { entries, items, kindOf, raw, structFields, Typed, typeName } from '../../values.ts';

/** JSON as Go values: every number is a float64. */
export function decodeJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FunctionError(`invalid JSON: ${withoutText(error instanceof Error ? error.message : String(error))}`);
  }
  return typed(value);
}

/** The engine quotes a part of the text, which may be a secret's. */
function withoutText(message: string): string {
  return message.replace(/,? ?(?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '') || 'it is no value';
}

function typed(value: unknown): unknown {
  if (typeof value === 'number') return new Typed('float64', value);
  if (Array.isArray(value)) return value.map(typed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typed(item)]));
}

/** As Go's `encoding/json` writes it: keys in order, `<`, `>` and `&` escaped unless they are not to be; with `indent` one item a line. */
export function encodeJson(
  value: unknown,
  { indent = '', forHtml = true }: { indent?: string; forHtml?: boolean } = {},
): string {
  checkSize(value);
  const text = write(value, indent, '\n');
  // A backslash of the text itself stands behind another one.
  return forHtml ? text : text.replace(/\\(?:u00(3c|3e|26)|.)/g, (found, code?: string) => unescaped(found, code));
}

function unescaped(found: string, code: string | undefined): string {
  return code === undefined ? found : String.fromCharCode(Number.parseInt(code, 16));
}

function write(value: unknown, indent: string, line: string): string {
  const inner = raw(value);
  switch (kindOf(value)) {
    case 'invalid':
    case 'nil':
      return 'null';
    case 'string':
      return quote(String(inner));
    case 'float':
      return float(Number(inner));
    case 'list':
      return writeList(value, indent, line);
    case 'map':
      return block('{', '}', members(value).map(member(indent, line)), indent, line);
    case 'struct':
      // A value that says itself what its JSON is (encoding/json, "Marshaler").
      if (value instanceof Typed && value.methods?.['MarshalJSON']) {
        return write(value.methods['MarshalJSON'](value).entry.call(), indent, line);
      }
      return block('{', '}', structFields(value).map(member(indent, line)), indent, line);
    case 'func':
    case 'complex':
      throw unsupported(value);
    default:
      return String(inner);
  }
}

function writeList(value: unknown, indent: string, line: string): string {
  if (typeName(value).startsWith('<-chan')) throw unsupported(value);
  const parts = items(value).map((item) => write(item, indent, line + indent));
  return block('[', ']', parts, indent, line);
}

function members(value: unknown): [string, unknown][] {
  if (typeName(value).startsWith('map[interface {}]')) throw unsupported(value);
  return entries(value).map(([key, item]) => [String(key), item]);
}

function member(indent: string, line: string): (pair: [string, unknown]) => string {
  const between = indent === '' ? ':' : ': ';
  return ([key, item]) => `${quote(key)}${between}${write(item, indent, line + indent)}`;
}

function block(open: string, close: string, parts: readonly string[], indent: string, line: string): string {
  if (parts.length === 0) return open + close;
  if (indent === '') return `${open}${parts.join(',')}${close}`;
  return `${open}${line}${indent}${parts.join(`,${line}${indent}`)}${line}${close}`;
}

function float(value: number): string {
  if (!Number.isFinite(value)) throw new FunctionError(`toJSON: json: unsupported value: ${value}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

function unsupported(value: unknown): FunctionError {
  return new FunctionError(`toJSON: json: unsupported type: ${typeName(value)}`);
}

const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that have to be escaped.
  const escaped = text.replace(/["\\<>&\u0000-\u001f\u2028\u2029]/g, (char) => SHORT[char] ?? unicode(char));
  return `"${escaped.replace(/\p{Surrogate}/gu, '\\ufffd')}"`;
}

function unicode(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
