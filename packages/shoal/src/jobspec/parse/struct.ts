import {
  type Attribute,
  type Block,
  type Body,
  type Diagnostic,
  errorAt,
  justAttributes,
  type Range,
  content as readContent,
  type Scope,
  suggest,
} from '@shoal/hcl';
import { type Field, type Struct, unsetValue, type Values } from '../schema/field.ts';
import type { Located, Reading } from './context.ts';
import { DYNAMIC, expandDynamic } from './dynamic.ts';
import { elsewhere } from './elsewhere.ts';
import { readFreeBlock } from './free-block.ts';
import { readFreeArgument, readList, readMapArgument, readMapBlock, readScalar } from './values.ts';

/** `block` is its name; `opening` is where its content begins, for what is missing in it. */
type Item = { body: Body; scope: Scope; label: string; block: Range; opening: Range };

/** A block read by its table, in the API's shape; nothing that was not said is filled in but what parsing itself fills. */
export function readStruct({ body, scope, label, block, opening }: Item, struct: Struct, reading: Reading): Values {
  const blockTypes = blockTypesOf(struct);
  const found = readContent(body, {
    attributes: attributesOf(struct),
    blocks: [...blockTypes.filter((each) => !body.json || !isArgument(struct, each.type)), DYNAMIC],
    elsewhere: elsewhere(struct),
  });
  reading.diagnostics.push(...found.diagnostics, ...missingArguments(struct, found.attributes, opening));
  const blocks = expandDynamic(found.blocks, blockTypes, scope, reading);
  const source: Source = { attributes: found.attributes, blocks, scope };
  const values = readFields(struct.fields, source, reading, false);
  const extra = readFields(struct.fileOnly ?? {}, source, reading, true);
  if (struct.label !== undefined) values[struct.label] ||= struct.labels?.[label] ?? label;
  struct.finish?.(values, extra, label);
  reading.origins.set(values, { block, fields: placesOf(struct, found.attributes) });
  return values;
}

function placesOf(struct: Struct, attributes: ReadonlyMap<string, Attribute>): Record<string, Range> {
  const entries = Object.entries(struct.fields).flatMap(([name, { file }]) => {
    const attribute = file === undefined ? undefined : attributes.get(file);
    return attribute ? [[name, attribute.range] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** In JSON an argument and a block look alike: what may be either is read as an argument. */
function isArgument(struct: Struct, name: string): boolean {
  return fieldsOf(struct).some((field) => field.file === name && mayBeArgument(field));
}

function mayBeArgument(field: Field): boolean {
  return (field.kind === 'map' || field.kind === 'free') && field.attribute === true;
}

function fieldsOf(struct: Struct): Field[] {
  return [...Object.values(struct.fields), ...Object.values(struct.fileOnly ?? {})].filter((field) => field.file);
}

function attributesOf(struct: Struct): { name: string }[] {
  const arguments_ = fieldsOf(struct).filter(
    (field) => field.kind === 'scalar' || field.kind === 'texts' || mayBeArgument(field),
  );
  return arguments_.map((field) => ({ name: field.file as string }));
}

function missingArguments(struct: Struct, found: ReadonlyMap<string, Attribute>, range: Range): Diagnostic[] {
  const missing = fieldsOf(struct).filter((field) => field.required && !found.has(field.file as string));
  return missing.map(({ file }) => {
    const detail = `The argument "${file}" is required, but no definition was found.`;
    const remedy = `add ${file} = … to the ${struct.name} block`;
    return errorAt(range, 'Missing required argument', detail, { remedy });
  });
}

function blockTypesOf(struct: Struct): { type: string; labels: readonly string[] }[] {
  const blocks = fieldsOf(struct).filter((field) => field.kind !== 'scalar' && field.kind !== 'texts');
  return blocks.map((field) => ({ type: field.file as string, labels: labelsOf(field) }));
}

function labelsOf(field: Field): readonly string[] {
  const hasLabel = 'struct' in field && field.struct.label !== undefined;
  return hasLabel ? ['name'] : [];
}

type Source = { attributes: ReadonlyMap<string, Attribute>; blocks: Located<Block>[]; scope: Scope };

/** Unset fields take their unset value; with `onlySaid` they are left out. */
function readFields(fields: Record<string, Field>, source: Source, reading: Reading, onlySaid: boolean): Values {
  const values: Values = {};
  for (const [name, field] of Object.entries(fields)) {
    const said = field.file === undefined ? undefined : readField(field, field.file, source, reading);
    const value = said ?? (onlySaid ? undefined : unsetValue(field));
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function readField(field: Field, name: string, source: Source, reading: Reading): unknown {
  const attribute = source.attributes.get(name);
  const blocks = source.blocks.filter((each) => each.at.type === name);
  switch (field.kind) {
    case 'scalar':
      return attribute && readScalar(attribute, field, source.scope, reading);
    case 'texts':
      return attribute && readList(attribute, field, source.scope, reading);
    case 'map':
      return readMap(field, attribute, blocks, reading, source.scope);
    case 'free':
      return readFree(attribute, blocks, reading, source.scope);
    case 'struct':
      return readOnly(field.lastWins ? blocks.slice(-1) : blocks, reading, (each) =>
        readItem(each, field.struct, reading),
      );
    case 'structs':
      checkLabels(field, blocks, reading);
      return blocks.length > 0 ? blocks.map((each) => readItem(each, field.struct, reading)) : undefined;
    case 'keyed':
      return blocks.length > 0
        ? Object.fromEntries(blocks.map((each) => [each.at.labels[0], readItem(each, field.struct, reading)]))
        : undefined;
  }
}

function readItem({ at, scope }: Located<Block>, struct: Struct, reading: Reading): Values {
  const item = { body: at.body, scope, label: at.labels[0] ?? '', block: at.typeRange, opening: at.openBraceRange };
  return readStruct(item, struct, reading);
}

/** The block that may be there once; further ones are mistakes. */
function readOnly<T>(blocks: Located<Block>[], reading: Reading, read: (block: Located<Block>) => T): T | undefined {
  const [first, ...others] = blocks;
  for (const other of others) reading.diagnostics.push(duplicate(other.at, first?.at.typeRange));
  return first && read(first);
}

function duplicate(block: Block, first: Range | undefined, name = block.type) {
  const where = first ? ` Another was defined at ${first.filename}:${first.start.line}.` : '';
  const detail = `Only one ${name} block is allowed.${where}`;
  return errorAt(block.typeRange, `Duplicate ${name} block`, detail, { remedy: 'merge the two, or remove one' });
}

function readFree(attribute: Attribute | undefined, blocks: Located<Block>[], reading: Reading, scope: Scope): unknown {
  if (attribute === undefined) {
    return readOnly(blocks, reading, (block) => readFreeBlock(block.at.body, block.scope, reading));
  }
  if (blocks[0]) reading.diagnostics.push(duplicate(blocks[0].at, attribute.nameRange));
  return readFreeArgument(attribute, scope, reading);
}

function readMap(
  field: Field & { kind: 'map' },
  attribute: Attribute | undefined,
  blocks: Located<Block>[],
  reading: Reading,
  scope: Scope,
): unknown {
  const fromBlock = readOnly(blocks, reading, (block) => {
    const inner = justAttributes(block.at.body);
    reading.diagnostics.push(...inner.diagnostics);
    return readMapBlock(inner.attributes.values(), field, block.scope, reading);
  });
  if (attribute === undefined) return fromBlock;
  if (blocks[0]) reading.diagnostics.push(duplicate(blocks[0].at, attribute.nameRange));
  return readMapArgument(attribute, scope, reading) ?? fromBlock;
}

function checkLabels(field: Field & { kind: 'structs' }, blocks: Located<Block>[], reading: Reading): void {
  const known = field.struct.labels;
  const seen = new Map<string, Range>();
  for (const { at: block } of blocks) {
    const label = block.labels[0] ?? '';
    const first = seen.get(label);
    if (field.uniqueLabels && first) reading.diagnostics.push(duplicate(block, first, `${block.type} "${label}"`));
    seen.set(label, first ?? block.typeRange);
    if (known && !Object.hasOwn(known, label)) reading.diagnostics.push(unknownLabel(block, label, Object.keys(known)));
  }
}

function unknownLabel(block: Block, label: string, known: string[]) {
  const meant = suggest(label, known);
  const detail = `The label of a ${block.type} block must be ${known.map((each) => `"${each}"`).join(' or ')}.`;
  const remedy = meant === undefined ? {} : { remedy: `did you mean "${meant}"?` };
  return errorAt(block.labelRanges[0] ?? block.typeRange, `Invalid label "${label}"`, detail, remedy);
}
