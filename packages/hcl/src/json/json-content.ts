import type { Attribute, Block } from '../ast.ts';
import { type Diagnostic, errorAt } from '../diagnostic.ts';
import type { Range } from '../position.ts';
import type { BlockSchema, Content, Schema } from '../schema.ts';
import { unknownName } from '../schema-mistakes.ts';
import { bodyOf, propertiesOf } from './json-body.ts';
import { toExpression } from './json-expression.ts';
import type { JsonNode, JsonProperty } from './parse-json.ts';

/** Reads JSON by a schema: the names in it tell attributes from blocks. `open` takes all names for attributes. */
export function jsonContent(node: JsonNode, schema: Schema, partial: boolean, open = false): Content {
  const content: Content = { attributes: new Map(), blocks: [], diagnostics: [] };
  for (const property of propertiesOf(node, content.diagnostics)) {
    const block = schema.blocks.find(({ type }) => type === property.name);
    if (open || schema.attributes.some(({ name }) => name === property.name)) addAttribute(property, content);
    else if (block) addBlocks(property, block, content);
    else if (!partial) content.diagnostics.push(unknownName('argument', property.name, property.nameRange, schema));
  }
  return content;
}

function addAttribute({ name, nameRange, value }: JsonProperty, { attributes, diagnostics }: Content): void {
  const before = attributes.get(name);
  if (before) {
    const detail = `The argument "${name}" was already set at line ${before.nameRange.start.line}.`;
    diagnostics.push(errorAt(nameRange, 'Attribute redefined', detail, { remedy: 'remove one of the two' }));
    return;
  }
  const expression = toExpression(value, diagnostics);
  const attribute: Attribute = { name, nameRange, expression, range: { ...nameRange, end: value.range.end } };
  attributes.set(name, attribute);
}

type Labels = { labels: string[]; labelRanges: Range[] };

/** Each label is a level of objects, whose names are the labels; below are the blocks, one or an array of them. */
function addBlocks({ name, nameRange, value }: JsonProperty, schema: BlockSchema, content: Content): void {
  const add = (node: JsonNode, { labels, labelRanges }: Labels): void => {
    if (node.kind === 'scalar' && node.value.kind === 'null') return;
    const wanted = schema.labels[labels.length];
    if (wanted !== undefined) {
      for (const inner of labelled(node, name, wanted, content.diagnostics)) {
        add(inner.value, { labels: [...labels, inner.name], labelRanges: [...labelRanges, inner.nameRange] });
      }
      return;
    }
    for (const item of node.kind === 'array' ? node.items : [node]) {
      content.blocks.push(
        blockOf(item, { type: name, typeRange: nameRange, labels, labelRanges }, content.diagnostics),
      );
    }
  };
  add(value, { labels: [], labelRanges: [] });
}

function labelled(node: JsonNode, type: string, label: string, diagnostics: Diagnostic[]): JsonProperty[] {
  if (node.kind === 'object' || node.kind === 'array') return propertiesOf(node, diagnostics);
  const detail = `"${type}" is a block with a label: here an object is expected whose names are the labels (${label}).`;
  diagnostics.push(errorAt(node.range, 'Incorrect JSON value type', detail));
  return [];
}

function blockOf(
  node: JsonNode,
  head: Omit<Block, 'body' | 'range' | 'openBraceRange'>,
  diagnostics: Diagnostic[],
): Block {
  const range = { ...head.typeRange, end: node.range.end };
  return { ...head, body: bodyOf(node, diagnostics), range, openBraceRange: node.range };
}
