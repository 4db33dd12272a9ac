import { type Attribute, type Block, type Body, type ParseResult, parse, type Range } from '@shoal/hcl';
import { parseLiberally } from '../../hcl-liberties.ts';

/**
 * A job file in the first version of HCL, as Nomad took them before 1.0 (and with `-hcl1` after that): names may be quoted,
 * blocks of one line may hold several arguments, `%{` is text, and the parts of a task's configuration may stand in several
 * blocks. `placeOf` is the true place of a range of the body.
 */
export function parseFirstVersion(
  source: string,
  filename: string,
): ParseResult & { placeOf: (range: Range) => Range } {
  const { body, diagnostics, nameAt, placeOf } = parseLiberally(source, (text) =>
    parse(text, filename, { directives: false }),
  );
  return { body: named(body, nameAt), diagnostics, placeOf };
}

/** Blocks of a task of which there may be several, which add up. */
const ADD_UP = ['config', 'env', 'meta'];

type NameAt = (byte: number) => string | undefined;

/** The same with the names that were quoted. */
function named(body: Body, nameAt: NameAt): Body {
  const attributes = [...body.attributes.values()].map((attribute): [string, Attribute] => {
    const name = nameAt(attribute.nameRange.start.byte) ?? attribute.name;
    return [name, { ...attribute, name }];
  });
  const blocks = body.blocks.map(
    (block): Block => ({
      ...block,
      type: nameAt(block.typeRange.start.byte) ?? block.type,
      body: named(block.body, nameAt),
    }),
  );
  return { ...body, attributes: new Map(attributes), blocks: addedUp(blocks) };
}

function addedUp(blocks: readonly Block[]): Block[] {
  const sums = new Map<string, Block>();
  for (const block of blocks) {
    if (!ADD_UP.includes(block.type)) continue;
    const sum = sums.get(block.type);
    sums.set(block.type, sum ? { ...sum, body: joined(sum.body, block.body) } : block);
  }
  return blocks.flatMap((block) => {
    if (!ADD_UP.includes(block.type)) return [block];
    const sum = sums.get(block.type);
    sums.delete(block.type);
    return sum ? [sum] : [];
  });
}

function joined(first: Body, second: Body): Body {
  const attributes = new Map([...first.attributes, ...second.attributes]);
  return { ...first, attributes, blocks: [...first.blocks, ...second.blocks] };
}
