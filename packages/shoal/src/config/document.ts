import {
  type Attribute,
  type Block,
  type Body,
  type Diagnostic,
  type Expression,
  evaluate,
  type InterpolationExpression,
  type JsonNode,
  type ObjectItem,
  parse,
  type Range,
  type TemplateExpression,
  toJs,
} from '@shoal/hcl';
import { type LiberalResult, parseLiberally } from '../hcl-liberties.ts';

/** A configuration file as one tree, whether it was HCL or JSON, with the place of everything. */
export type DocumentObject = { readonly kind: 'object'; readonly entries: readonly Entry[]; readonly range: Range };
export type DocumentList = { readonly kind: 'list'; readonly items: readonly DocumentNode[]; readonly range: Range };
export type DocumentValue = {
  readonly kind: 'value';
  readonly value: string | number | boolean | null;
  readonly range: Range;
};
export type DocumentNode = DocumentObject | DocumentList | DocumentValue;

/** `labels` are those of an HCL block (`plugin "docker"`); JSON writes them as nested objects. */
export type Entry = {
  readonly name: string;
  readonly nameRange: Range;
  readonly labels: readonly { readonly text: string; readonly range: Range }[];
  readonly node: DocumentNode;
};

export type Document = { readonly root: DocumentObject; readonly diagnostics: readonly Diagnostic[] };

/** Reads HCL or JSON. The tree holds as much as could be read, whatever the diagnostics say. */
export function readDocument(source: string, filename: string): Document {
  const { body, diagnostics, nameAt, placeOf } = parseLiberally(source, (text) => parse(text, filename));
  const bytes = Buffer.from(source);
  const writtenAt = ({ start, end }: Range): string => bytes.toString('utf8', start.byte, end.byte);
  const reader: Reader = { nameAt, placeOf, writtenAt, diagnostics: [...diagnostics] };
  return { root: readBody(body, reader), diagnostics: reader.diagnostics };
}

type Reader = Pick<LiberalResult, 'nameAt' | 'placeOf'> & {
  /** What the file has at a range. */
  readonly writtenAt: (range: Range) => string;
  readonly diagnostics: Diagnostic[];
};

function readBody(body: Body, reader: Reader): DocumentObject {
  if (body.json !== undefined) return asObject(readJson(body.json));
  const attributes = [...body.attributes.values()].map((attribute) => readAttribute(attribute, reader));
  const blocks = body.blocks.map((block) => readBlock(block, reader));
  const entries = [...attributes, ...blocks].sort((a, b) => a.nameRange.start.byte - b.nameRange.start.byte);
  return { kind: 'object', entries, range: reader.placeOf(body.range) };
}

function readAttribute({ name, nameRange, expression }: Attribute, reader: Reader): Entry {
  return {
    name: reader.nameAt(nameRange.start.byte) ?? name,
    nameRange: reader.placeOf(nameRange),
    labels: [],
    node: readExpression(expression, reader),
  };
}

function readBlock({ type, typeRange, labels, labelRanges, body }: Block, reader: Reader): Entry {
  const nameRange = reader.placeOf(typeRange);
  return {
    name: reader.nameAt(typeRange.start.byte) ?? type,
    nameRange,
    labels: labels.map((text, index) => ({ text, range: reader.placeOf(labelRanges[index] ?? typeRange) })),
    // What is wrong with a whole block is shown at its name.
    node: { ...readBody(body, reader), range: nameRange },
  };
}

function readExpression(expression: Expression, reader: Reader): DocumentNode {
  const range = reader.placeOf(expression.range);
  switch (expression.kind) {
    case 'tuple':
      return { kind: 'list', items: expression.items.map((item) => readExpression(item, reader)), range };
    case 'object':
      return { kind: 'object', range, entries: expression.items.map((item) => readItem(item, reader)) };
    case 'interpolation':
    case 'template':
      return { kind: 'value', value: plainText(expression, reader), range };
    default:
      return fromJs(evaluated(expression, reader), range);
  }
}

/** `${` in a text is part of it, as in the first version of HCL: other programs have words of their own in there. */
function plainText(text: TemplateExpression | InterpolationExpression, { writtenAt }: Reader): string {
  const { start, end } = text.range;
  const opening = /^(?:"|[^\n]*\n)/.exec(writtenAt(text.range))?.[0] ?? '';
  const read = { plain: '', byte: start.byte + Buffer.byteLength(opening) };
  for (const part of text.kind === 'template' ? text.parts : []) {
    if (part.kind !== 'literal') continue;
    read.plain += writtenAt({ ...part.range, start: { ...start, byte: read.byte }, end: part.range.start });
    read.plain += toJs(part.value);
    read.byte = part.range.end.byte;
  }
  // A heredoc ends with a line break, which is a part; a quoted text ends with its quote.
  if (opening !== '"') return read.plain;
  return (
    read.plain + writtenAt({ ...text.range, start: { ...start, byte: read.byte }, end: { ...end, byte: end.byte - 1 } })
  );
}

function readItem({ key, name, value }: ObjectItem, reader: Reader): Entry {
  return {
    name: reader.nameAt(key.range.start.byte) ?? name ?? String(evaluated(key, reader)),
    nameRange: reader.placeOf(key.range),
    labels: [],
    node: readExpression(value, reader),
  };
}

function evaluated(expression: Expression, reader: Reader): unknown {
  const { value, diagnostics } = evaluate(expression, { variables: new Map(), functions: new Map() });
  for (const diagnostic of diagnostics) {
    reader.diagnostics.push({ ...diagnostic, ...(diagnostic.range && { range: reader.placeOf(diagnostic.range) }) });
  }
  return toJs(value);
}

function fromJs(value: unknown, range: Range): DocumentNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => fromJs(item, range)), range };
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => ({
      name,
      nameRange: range,
      labels: [],
      node: fromJs(item, range),
    }));
    return { kind: 'object', entries, range };
  }
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return { kind: 'value', value: plain ? value : null, range };
}

/** JSON is taken as it stands. */
function readJson(node: JsonNode): DocumentNode {
  const { range } = node;
  switch (node.kind) {
    case 'string':
      return { kind: 'value', value: node.text, range };
    case 'scalar':
      return fromJs(toJs(node.value), range);
    case 'array':
      return { kind: 'list', items: node.items.map(readJson), range };
    case 'object':
      return {
        kind: 'object',
        range,
        entries: node.properties.map((property) => ({
          name: property.name,
          nameRange: property.nameRange,
          labels: [],
          node: readJson(property.value),
        })),
      };
  }
}

function asObject(node: DocumentNode): DocumentObject {
  return node.kind === 'object' ? node : { kind: 'object', entries: [], range: node.range };
}

/** The tree as plain JavaScript; entries of one name become a list, labels nested objects. */
export function toPlain(node: DocumentNode): unknown {
  switch (node.kind) {
    case 'value':
      return node.value;
    case 'list':
      return node.items.map(toPlain);
    case 'object':
      return plainObject(node);
  }
}

export function plainObject(node: DocumentObject): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const entry of node.entries) {
    const value = labelled(
      entry.labels.map((label) => label.text),
      toPlain(entry.node),
    );
    const before = Object.hasOwn(values, entry.name) ? values[entry.name] : undefined;
    values[entry.name] = before === undefined ? value : [before, value].flat();
  }
  return values;
}

function labelled(labels: readonly string[], value: unknown): unknown {
  return labels.reduceRight((inner, label) => ({ [label]: inner }), value);
}
