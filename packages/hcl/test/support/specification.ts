import {
  type Block,
  type Body,
  content,
  convert,
  type Diagnostic,
  type Expression,
  evaluate,
  isFailure,
  mapValue,
  nullValue,
  objectValue,
  parseType,
  type Schema,
  standardFunctions,
  tupleValue,
  typeOf,
  type Value,
} from '../../src/index.ts';

/** The decoding specifications of the conformance suite: what a body must look like, and what is made of it. */
type Specification = { schema: Schema; decode: (body: Decoded) => Value };
type Decoded = { attributes: ReadonlyMap<string, Expression>; blocks: readonly Block[]; context: Context };
type Context = { variables: ReadonlyMap<string, Value>; diagnostics: Diagnostic[] };

/** Reads the input by the specification; both are files of the suite. */
export function decodeBy(specification: Body, input: Body): { value: Value; diagnostics: Diagnostic[] } {
  const context: Context = { variables: variablesOf(specification), diagnostics: [] };
  const root = specification.blocks.find(({ type }) => type !== 'variables')!;
  return { value: decodeBody(read(root), input, context), diagnostics: context.diagnostics };
}

function variablesOf({ blocks }: Body): ReadonlyMap<string, Value> {
  const attributes = blocks.find(({ type }) => type === 'variables')?.body.attributes ?? new Map();
  return new Map([...attributes].map(([name, { expression }]) => [name, constant(expression)]));
}

function constant(expression: Expression): Value {
  return evaluate(expression, { variables: new Map(), functions: new Map() }).value;
}

function decodeBody({ schema, decode }: Specification, body: Body, context: Context): Value {
  const found = content(body, schema);
  context.diagnostics.push(...found.diagnostics);
  const attributes = new Map([...found.attributes].map(([name, { expression }]) => [name, expression]));
  return decode({ attributes, blocks: found.blocks, context });
}

function read(block: Block): Specification {
  switch (block.type) {
    case 'literal':
      return {
        schema: { attributes: [], blocks: [] },
        decode: () => constant(block.body.attributes.get('value')!.expression),
      };
    case 'object':
      return object(block);
    case 'attr':
      return attribute(block);
    case 'block':
    case 'block_list':
    case 'block_map':
      return nested(block);
    default:
      throw new Error(`the suite has a new kind of specification: ${block.type}`);
  }
}

function object({ body }: Block): Specification {
  const parts = body.blocks.map((block) => ({ name: block.labels[0]!, specification: read(block) }));
  const schema = {
    attributes: parts.flatMap(({ specification }) => specification.schema.attributes),
    blocks: parts.flatMap(({ specification }) => specification.schema.blocks),
  };
  return {
    schema,
    decode: (given) => objectValue(parts.map(({ name, specification }) => [name, specification.decode(given)])),
  };
}

function attribute({ labels, body }: Block): Specification {
  const name = labels[0]!;
  const type = parseType(body.attributes.get('type')!.expression).type!;
  return {
    schema: { attributes: [{ name }], blocks: [] },
    decode: ({ attributes, context }) => {
      const expression = attributes.get(name);
      if (!expression) return nullValue(type);
      const { value, diagnostics } = evaluate(expression, {
        variables: context.variables,
        functions: standardFunctions,
      });
      context.diagnostics.push(...diagnostics);
      const converted = convert(value, type);
      if (isFailure(converted)) throw new Error(converted.failure);
      return converted;
    },
  };
}

function nested({ type: kind, labels, body }: Block): Specification {
  const given = body.attributes.get('block_type');
  const name = given ? textOf(given.expression) : labels[0]!;
  const labelNames = body.attributes.get('labels');
  const names = labelNames
    ? (constant(labelNames.expression) as Value & { kind: 'tuple' }).items.map(() => 'label')
    : [];
  const inner = read(body.blocks[0]!);
  return {
    schema: { attributes: [], blocks: [{ type: name, labels: names }] },
    decode: ({ blocks, context }) => {
      const own = blocks.filter((block) => block.type === name);
      return collect(
        kind,
        own.map((block) => ({ block, value: decodeBody(inner, block.body, context) })),
      );
    },
  };
}

function textOf(expression: Expression): string {
  const value = constant(expression);
  return value.kind === 'string' ? value.value : '';
}

function collect(kind: string, found: readonly { block: Block; value: Value }[]): Value {
  const values = found.map(({ value }) => value);
  if (kind === 'block') return values[0] ?? nullValue();
  if (kind === 'block_list') return tupleValue(values);
  return mapValue(
    typeOf(values[0]!),
    found.map(({ block, value }) => [block.labels[0]!, value]),
  );
}
