import type { Expression } from '../ast.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { parseTemplate } from '../parser/parse-template.ts';
import type { Range } from '../position.ts';
import { stringValue } from '../values.ts';
import type { JsonNode } from './parse-json.ts';

/** JSON as an expression: arrays are tuples, objects objects, and every text, keys included, a template. */
export function toExpression(node: JsonNode, diagnostics: Diagnostic[]): Expression {
  switch (node.kind) {
    case 'scalar':
      return { kind: 'literal', value: node.value, range: node.range };
    case 'string':
      return textExpression(node.text, node.range, diagnostics);
    case 'array':
      return { kind: 'tuple', items: node.items.map((item) => toExpression(item, diagnostics)), range: node.range };
    case 'object': {
      const items = node.properties.map(({ name, nameRange, value }) => ({
        key: textExpression(name, nameRange, diagnostics),
        value: toExpression(value, diagnostics),
      }));
      return { kind: 'object', items, range: node.range };
    }
  }
}

function textExpression(text: string, range: Range, diagnostics: Diagnostic[]): Expression {
  if (!/[$%]\{/.test(text)) {
    return { kind: 'template', parts: [{ kind: 'literal', value: stringValue(text), range }], range, jsonText: text };
  }
  const { line, column, byte } = range.start;
  const parsed = parseTemplate(text, range.filename, { line, column: column + 1, byte: byte + 1 });
  diagnostics.push(...parsed.diagnostics);
  return parsed.expression ?? { kind: 'invalid', range };
}
