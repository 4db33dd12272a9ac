import { numberToText } from '../big-float.ts';
import type { JsonNode } from '../json/parse-json.ts';
import { parseJson } from '../json/parse-json.ts';
import { objectValue, stringValue, tupleValue, type Value } from '../values.ts';
import { FunctionError } from './function.ts';

/** As JSON without blanks, keys in order, numbers with all digits; `<`, `>` and `&` are safe to stand in HTML. */
export function encodeJson(value: Value): string {
  switch (value.kind) {
    case 'string':
      return encodeText(value.value);
    case 'number':
      if (value.value.infinite) throw new FunctionError('an infinite number cannot be written in JSON');
      return numberToText(value.value);
    case 'bool':
      return String(value.value);
    case 'null':
    case 'unknown':
      return 'null';
    case 'list':
    case 'set':
    case 'tuple':
      return `[${value.items.map(encodeJson).join(',')}]`;
    case 'map':
    case 'object':
      return `{${[...value.entries].map(([key, item]) => `${encodeText(key)}:${encodeJson(item)}`).join(',')}}`;
  }
}

function encodeText(source: string): string {
  return JSON.stringify(source)
    .replace(/[<>&\u2028\u2029]/g, escaped)
    .replace(/\\[bf]/g, (short) => (short === '\\b' ? '\\u0008' : '\\u000c'));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The value of a JSON text: arrays are tuples, objects objects; of equal keys the last one counts. */
export function decodeJson(source: string): Value {
  const { node, diagnostics } = parseJson(source, '');
  if (node) return fromNode(node);
  const { detail, range } = diagnostics[0]!;
  throw new FunctionError(
    `not valid JSON (line ${range?.start.line}, column ${range?.start.column}): ${detail}`.replace(/\.$/, ''),
  );
}

function fromNode(node: JsonNode): Value {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'string':
      return stringValue(node.text);
    case 'array':
      return tupleValue(node.items.map(fromNode));
    case 'object':
      return objectValue(node.properties.map(({ name, value }) => [name.normalize('NFC'), fromNode(value)]));
  }
}
