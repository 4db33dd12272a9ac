import type { Attribute, Body } from '../ast.ts';
import { type Diagnostic, errorAt } from '../diagnostic.ts';
import { type Range, rangeBehind, startOfFile } from '../position.ts';
import { toExpression } from './json-expression.ts';
import { type JsonNode, type JsonProperty, parseJson } from './parse-json.ts';

/** Reads a file in JSON syntax. */
export function parseJsonBody(text: string, filename: string): { body: Body; diagnostics: Diagnostic[] } {
  const { node, diagnostics } = parseJson(text, filename);
  if (!node) return { body: emptyBody({ filename, start: startOfFile, end: startOfFile }), diagnostics };
  return { body: bodyOf(node, diagnostics), diagnostics };
}

function emptyBody(range: Range): Body {
  return { attributes: new Map(), blocks: [], range, endRange: rangeBehind(range) };
}

/**
 * A body of an object, or of an array of objects, which count as one. Mistakes in the templates of its texts are told
 * when it is read by a schema, which alone knows what is a template.
 */
export function bodyOf(node: JsonNode, diagnostics: Diagnostic[]): Body {
  const attributes = new Map<string, Attribute>();
  for (const property of propertiesOf(node, diagnostics)) {
    const { name, nameRange, value } = property;
    if (attributes.has(name)) continue;
    const expression = toExpression(value, []);
    attributes.set(name, { name, nameRange, expression, range: { ...nameRange, end: value.range.end } });
  }
  return { ...emptyBody(node.range), attributes, json: node };
}

/** Every property except comments, which are named "//". */
export function propertiesOf(node: JsonNode, diagnostics: Diagnostic[]): JsonProperty[] {
  if (node.kind === 'object') return node.properties.filter(({ name }) => name !== '//');
  if (node.kind === 'array') return node.items.flatMap((item) => propertiesOf(item, diagnostics));
  const detail = 'Here a JSON object is expected: its properties are the arguments and blocks.';
  diagnostics.push(errorAt(node.range, 'Incorrect JSON value type', detail));
  return [];
}
