import type { Body, Expression } from './ast.ts';
import { type Diagnostic, errorAt } from './diagnostic.ts';
import type { Range } from './position.ts';
import type { BlockSchema, Content, Schema } from './schema.ts';
import { suggest } from './suggest.ts';

type Mistaken = { name: string; range: Range; block?: BlockSchema; value?: Expression };

/** A name that the schema knows, but as the other of the two. */
export function mistakenFor(really: 'block' | 'argument', { name, range, block, value }: Mistaken): Diagnostic {
  if (really === 'argument') {
    const detail = `"${name}" is an argument, but it is written as a block.`;
    return errorAt(range, 'Unsupported block type', detail, { remedy: `${name} is an argument: write ${name} = …` });
  }
  const detail = `"${name}" is a block, but it is written as an argument.`;
  return errorAt(range, 'Unsupported argument', detail, { remedy: asBlock(name, block, value) });
}

function asBlock(name: string, block: BlockSchema | undefined, value: Expression | undefined): string {
  const labels = (block?.labels ?? []).map((label) => ` "${label.toUpperCase()}"`).join('');
  if (value?.kind === 'tuple') return `${name} is a block: write one ${name}${labels} { … } for each element`;
  if (labels === '' && value?.kind === 'object') return `${name} is a block: remove the =`;
  return `${name} is a block: write ${name}${labels} { … }`;
}

/** A name that the schema does not know, with where it belongs, or the nearest one that it does know. */
export function unknownName(kind: 'argument' | 'block', name: string, range: Range, schema: Schema): Diagnostic {
  const remedy = schema.elsewhere?.(name, kind) ?? nearest(kind, name, schema);
  const more = remedy === undefined ? {} : { remedy };
  if (kind === 'argument')
    return errorAt(range, 'Unsupported argument', `An argument named "${name}" is not expected here.`, more);
  return errorAt(range, 'Unsupported block type', `Blocks of type "${name}" are not expected here.`, more);
}

function nearest(kind: 'argument' | 'block', name: string, schema: Schema): string | undefined {
  const attributes = schema.attributes.map((attribute) => attribute.name);
  const blocks = schema.blocks.map(({ type }) => type);
  const near = suggest(name, kind === 'argument' ? [...attributes, ...blocks] : [...blocks, ...attributes]);
  if (near === undefined) return undefined;
  return `did you mean ${blocks.includes(near) ? `the block ${near} { … }` : `${near} = …`}?`;
}

export function missingArguments({ attributes }: Content, schema: Schema, body: Body): Diagnostic[] {
  const missing = schema.attributes.filter(({ name, required }) => required && !attributes.has(name));
  return missing.map(({ name }) => {
    const detail = `The argument "${name}" is required, but it is not set.`;
    return errorAt(body.endRange, 'Missing required argument', detail, {
      context: body.range,
      remedy: `add ${name} = …`,
    });
  });
}
