import { type Attribute, type Block, type Body, type ParseResult, parse, type Range } from '@shoal/hcl';
import { parseLiberally } from '../../hcl-liberties.ts';

/**
 * A job file in the first version of HCL, as Nomad took them before 1.0 (and with `-hcl1` after that): names may be quoted,
 * and blocks of one line may hold several arguments. `placeOf` is the true place of a range of the body.
 */
export function parseFirstVersion(
  source: string,
  filename: string,
): ParseResult & { placeOf: (range: Range) => Range } {
  const { body, diagnostics, nameAt, placeOf } = parseLiberally(source, (text) => parse(text, filename));
  return { body: named(body, nameAt), diagnostics, placeOf };
}

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
  return { ...body, attributes: new Map(attributes), blocks };
}
