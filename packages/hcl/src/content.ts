import type { Attribute, Block, Body } from './ast.ts';
import { type Diagnostic, errorAt } from './diagnostic.ts';
import { jsonContent } from './json/json-content.ts';
import { type Range, rangeBetween } from './position.ts';
import type { Content, Schema } from './schema.ts';
import { missingArguments, mistakenFor, unknownName } from './schema-mistakes.ts';

/**
 * The body read by a schema, for both syntaxes, with a diagnostic for everything unknown, missing or mistaken.
 * `partial` lets what the schema does not name pass in silence.
 */
export function content(body: Body, schema: Schema, { partial = false }: { partial?: boolean } = {}): Content {
  const found = body.json ? jsonContent(body.json, schema, partial) : nativeContent(body, schema, partial);
  found.diagnostics.push(...missingArguments(found, schema, body));
  return found;
}

function nativeContent(body: Body, schema: Schema, partial: boolean): Content {
  const diagnostics: Diagnostic[] = [];
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of body.attributes) {
    if (schema.attributes.some((known) => known.name === name)) attributes.set(name, attribute);
    else diagnostics.push(...strayAttribute(attribute, schema, partial));
  }
  const blocks = body.blocks.filter((block) => {
    const mistakes = checkBlock(block, schema, partial);
    diagnostics.push(...(mistakes ?? []));
    return mistakes?.length === 0;
  });
  return { attributes, blocks, diagnostics };
}

function strayAttribute({ name, nameRange, expression }: Attribute, schema: Schema, partial: boolean): Diagnostic[] {
  const block = schema.blocks.find(({ type }) => type === name);
  if (block) return [mistakenFor('block', { name, range: nameRange, block, value: expression })];
  return partial ? [] : [unknownName('argument', name, nameRange, schema)];
}

/** The mistakes at a block; undefined when it is none of the schema's and that does not matter. */
function checkBlock(block: Block, schema: Schema, partial: boolean): Diagnostic[] | undefined {
  const known = schema.blocks.find(({ type }) => type === block.type);
  if (known) return checkLabels(block, known.labels);
  if (schema.attributes.some(({ name }) => name === block.type)) {
    return [mistakenFor('argument', { name: block.type, range: block.typeRange })];
  }
  return partial ? undefined : [unknownName('block', block.type, block.typeRange, schema)];
}

function checkLabels(
  { type, typeRange, labels, labelRanges, openBraceRange }: Block,
  wanted: readonly string[],
): Diagnostic[] {
  const context = { context: rangeBetween(typeRange, openBraceRange) };
  const usage = `write ${[type, ...wanted.map((name) => `"${name.toUpperCase()}"`)].join(' ')} { … }`;
  if (labels.length < wanted.length) {
    const detail = `A "${type}" block needs ${wanted.length === 1 ? 'a label' : `${wanted.length} labels`}: ${wanted.join(', ')}.`;
    return [
      errorAt(openBraceRange, `Missing ${wanted[labels.length]} for ${type}`, detail, { ...context, remedy: usage }),
    ];
  }
  const extra = labelRanges[wanted.length];
  if (!extra) return [];
  const detail =
    wanted.length === 0
      ? `A "${type}" block has no labels.`
      : `A "${type}" block has no more labels than ${wanted.join(', ')}.`;
  return [errorAt(extra, `Extraneous label for ${type}`, detail, { ...context, remedy: usage })];
}

/** The body as attributes of any name; blocks in it are mistakes. */
export function justAttributes(body: Body): { attributes: Map<string, Attribute>; diagnostics: Diagnostic[] } {
  if (body.json) return jsonContent(body.json, { attributes: [], blocks: [] }, true, true);
  const diagnostics = body.blocks.map(({ type, typeRange }) => blockAmongAttributes(type, typeRange));
  return { attributes: body.attributes, diagnostics };
}

function blockAmongAttributes(type: string, range: Range): Diagnostic {
  const remedy = `write ${type} = { … }`;
  return errorAt(range, `Unexpected "${type}" block`, 'Blocks are not allowed here, only arguments.', { remedy });
}
