import {
  type Attribute,
  type Block,
  convert,
  errorAt,
  evaluate,
  isFailure,
  numberValue,
  objectValue,
  content as readContent,
  type Scope,
  stringType,
  stringValue,
  suggest,
  unevaluated,
  type Value,
} from '@shoal/hcl';
import type { Located, Reading } from './context.ts';

/** The block types that may stand here, with their labels. */
export type BlockTypes = readonly { type: string; labels: readonly string[] }[];

export const DYNAMIC = { type: 'dynamic', labels: ['type'] } as const;

const SCHEMA = {
  attributes: [{ name: 'for_each' }, { name: 'iterator' }, { name: 'labels' }],
  blocks: [{ type: 'content', labels: [] }],
} as const;

/** `blocks` with each `dynamic` block replaced by the blocks that it stands for, each in the scope of its element. */
export function expandDynamic(
  blocks: readonly Block[],
  types: BlockTypes,
  scope: Scope,
  reading: Reading,
): Located<Block>[] {
  return blocks.flatMap((block) =>
    block.type === 'dynamic' ? expandOne(block, types, scope, reading) : [{ at: block, scope }],
  );
}

function expandOne(block: Block, types: BlockTypes, scope: Scope, reading: Reading): Located<Block>[] {
  const type = block.labels[0] ?? '';
  const wanted = types.find((each) => each.type === type);
  if (wanted === undefined) return refuseType(block, type, types, reading);
  const inner = readContent(block.body, SCHEMA);
  reading.diagnostics.push(...inner.diagnostics);
  const contentBlock = inner.blocks[0];
  const forEach = inner.attributes.get('for_each');
  reportMissing(block, contentBlock, forEach, reading);
  if (contentBlock === undefined || forEach === undefined) return [];
  const iterator = iteratorName(inner.attributes.get('iterator'), reading) ?? type;
  const found = elements(forEach, scope, reading);
  reading.generated = (reading.generated ?? 0) + found.length;
  if (reading.generated > MAX_GENERATED) return refuseCount(forEach, reading);
  return found.map(([key, value]) => {
    const each = objectValue([['key', key] as const, ['value', value] as const]);
    const eachScope: Scope = { variables: new Map([[iterator, each]]), functions: new Map(), parent: scope };
    const labels = labelsOf(inner.attributes.get('labels'), wanted.labels.length, block, eachScope, reading);
    return { at: { ...contentBlock, type, typeRange: block.typeRange, ...labels }, scope: eachScope };
  });
}

/** Blocks that make blocks that make blocks: more than a job could have. */
const MAX_GENERATED = 20_000;

function refuseCount({ expression: { range } }: Attribute, reading: Reading): [] {
  const detail = `The dynamic blocks of this file make more than ${MAX_GENERATED} blocks.`;
  const told = reading.diagnostics.some((diagnostic) => diagnostic.detail === detail);
  if (!told) reading.diagnostics.push(errorAt(range, 'Too many dynamic blocks', detail));
  return [];
}

function refuseType(block: Block, type: string, types: BlockTypes, reading: Reading): [] {
  const meant = suggest(
    type,
    types.map((each) => each.type),
  );
  const range = block.labelRanges[0] ?? block.typeRange;
  const detail = `Blocks of type "${type}" are not expected here.`;
  reading.diagnostics.push(
    errorAt(range, 'Unsupported block type', detail, meant === undefined ? {} : { remedy: `did you mean "${meant}"?` }),
  );
  return [];
}

function reportMissing(
  block: Block,
  content: Block | undefined,
  forEach: Attribute | undefined,
  reading: Reading,
): void {
  if (content === undefined) {
    const detail = 'A dynamic block needs a nested block "content" that says what each generated block holds.';
    const remedy = 'put the arguments of the generated blocks into content { … }';
    reading.diagnostics.push(errorAt(block.openBraceRange, 'Missing dynamic content block', detail, { remedy }));
  }
  if (forEach === undefined) {
    const detail = 'The argument "for_each" is required, but no definition was found.';
    const remedy = 'add for_each = [ … ], the list of which each element makes a block';
    reading.diagnostics.push(errorAt(block.openBraceRange, 'Missing required argument', detail, { remedy }));
  }
}

/** `iterator = name` names the variable without being evaluated. */
function iteratorName(attribute: Attribute | undefined, reading: Reading): string | undefined {
  if (attribute === undefined) return undefined;
  const { expression, diagnostics } = unevaluated(attribute.expression);
  reading.diagnostics.push(...diagnostics);
  if (expression === undefined) return undefined;
  if (expression.kind === 'reference' && expression.traversal.steps.length === 0) return expression.traversal.root;
  const quoted = evaluate(expression, { variables: new Map(), functions: new Map() }).value;
  const detail = 'The iterator is a word: the name by which the content speaks of the element.';
  const remedy = quoted.kind === 'string' ? 'remove the quotes' : 'write iterator = NAME, and NAME.value below';
  reading.diagnostics.push(errorAt(expression.range, 'Invalid iterator', detail, { remedy }));
  return quoted.kind === 'string' ? quoted.value : undefined;
}

function elements(forEach: Attribute, scope: Scope, reading: Reading): [Value, Value][] {
  const { value, diagnostics } = evaluate(forEach.expression, scope);
  reading.diagnostics.push(...diagnostics);
  switch (value.kind) {
    case 'list':
    case 'tuple':
      return value.items.map((item, index) => [numberValue(index), item]);
    case 'set':
      return value.items.map((item) => [item, item]);
    case 'map':
    case 'object':
      return [...value.entries].map(([key, item]) => [stringValue(key), item]);
    case 'unknown':
      return [];
    default: {
      const detail = `for_each must be a list, set or map, not ${value.kind === 'null' ? 'null' : `a ${value.kind}`}.`;
      reading.diagnostics.push(errorAt(forEach.expression.range, 'Invalid dynamic for_each value', detail));
      return [];
    }
  }
}

function labelsOf(
  attribute: Attribute | undefined,
  count: number,
  block: Block,
  scope: Scope,
  reading: Reading,
): Pick<Block, 'labels' | 'labelRanges'> {
  const labels = attribute === undefined ? [] : evaluateLabels(attribute, scope, reading);
  const range = attribute?.expression.range ?? block.openBraceRange;
  if (labels !== undefined && labels.length !== count) {
    const detail = `Blocks of type "${block.labels[0]}" have ${count} label${count === 1 ? '' : 's'}, not ${labels.length}.`;
    const remedy = count > 0 ? `add labels = [ … ] beside content` : 'remove labels';
    reading.diagnostics.push(errorAt(range, 'Wrong number of labels', detail, { remedy }));
  }
  const padded = [...(labels ?? []), ...Array<string>(count).fill('')].slice(0, count);
  return { labels: padded, labelRanges: padded.map(() => range) };
}

function evaluateLabels(attribute: Attribute, scope: Scope, reading: Reading): string[] | undefined {
  const { value, diagnostics } = evaluate(attribute.expression, scope);
  reading.diagnostics.push(...diagnostics);
  if (value.kind !== 'tuple' && value.kind !== 'list' && value.kind !== 'set') {
    if (value.kind !== 'unknown')
      reading.diagnostics.push(errorAt(attribute.expression.range, 'Invalid dynamic labels', 'labels must be a list.'));
    return undefined;
  }
  return value.items.map((item) => {
    const text = convert(item, stringType);
    return !isFailure(text) && text.kind === 'string' ? text.value : '';
  });
}
