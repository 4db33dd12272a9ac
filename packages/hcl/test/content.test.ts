import { describe, expect, it } from 'vitest';
import { type Content, content, evaluate, justAttributes, parse, type Schema, toJs } from '../src/index.ts';

const schema: Schema = {
  attributes: [{ name: 'driver', required: true }, { name: 'count' }, { name: 'args' }],
  blocks: [
    { type: 'artifact', labels: [] },
    { type: 'task', labels: ['name'] },
  ],
};
const scope = { variables: new Map(), functions: new Map() };

function told({ diagnostics }: Pick<Content, 'diagnostics'>): string[] {
  return diagnostics.map(({ range, summary, remedy }) => {
    return `${range?.start.line}:${range?.start.column} ${summary}${remedy ? ` (${remedy})` : ''}`;
  });
}

describe('native syntax', () => {
  const cases = [
    { name: 'all as it should be', given: 'driver = "x"\nartifact {}\ntask "a" {}\n', want: [] },
    { name: 'a missing argument', given: 'count = 1\n', want: ['2:1 Missing required argument (add driver = …)'] },
    {
      name: 'a block written as argument',
      given: 'driver = 1\nartifact = {\n}\n',
      want: ['2:1 Unsupported argument (artifact is a block: remove the =)'],
    },
    {
      name: 'blocks written as list',
      given: 'driver = 1\nartifact = [{}]\n',
      want: ['2:1 Unsupported argument (artifact is a block: write one artifact { … } for each element)'],
    },
    {
      name: 'an argument written as block',
      given: 'driver = 1\nargs {}\n',
      want: ['2:1 Unsupported block type (args is an argument: write args = …)'],
    },
    {
      name: 'names that are nearly right',
      given: 'driver = 1\ncuont = 1\nartefact {}\n',
      want: [
        '2:1 Unsupported argument (did you mean count = …?)',
        '3:1 Unsupported block type (did you mean the block artifact { … }?)',
      ],
    },
    { name: 'names that nobody knows', given: 'driver = 1\nzzzzzz = 1\n', want: ['2:1 Unsupported argument'] },
    {
      name: 'labels too few and too many',
      given: 'driver = 1\ntask {}\ntask "a" "b" {}\n',
      want: [
        '2:6 Missing name for task (write task "NAME" { … })',
        '3:10 Extraneous label for task (write task "NAME" { … })',
      ],
    },
  ];
  it.each(cases)('$name', ({ given, want }) => {
    const { body, diagnostics } = parse(given, 'f');
    expect(diagnostics).toEqual([]);
    expect(told(content(body, schema)).sort()).toEqual([...want].sort());
  });

  it('tells where a name belongs, before which one is near', () => {
    const elsewhere = (name: string, kind: string) => (name === 'cuont' ? `the ${kind} is at home` : undefined);
    const { body } = parse('driver = 1\ncuont = 1\ncounts = 1\n', 'f');
    expect(told(content(body, { ...schema, elsewhere }))).toEqual([
      '2:1 Unsupported argument (the argument is at home)',
      '3:1 Unsupported argument (did you mean count = …?)',
    ]);
  });

  it('lets other names pass when it reads a part', () => {
    const { body } = parse('driver = 1\nother = 1\nmore {}\n', 'f');
    const found = content(body, schema, { partial: true });
    expect(found.diagnostics).toEqual([]);
    expect([...found.attributes.keys()]).toEqual(['driver']);
  });

  it('takes attributes of any name, but no blocks', () => {
    const { body } = parse('a = 1\nb {\n}\n', 'f');
    const found = justAttributes(body);
    expect([...found.attributes.keys()]).toEqual(['a']);
    expect(told(found)).toEqual(['2:1 Unexpected "b" block (write b = { … })']);
  });
});

describe('JSON syntax', () => {
  function read(source: string): Content {
    const { body, diagnostics } = parse(source, 'f.json');
    expect(diagnostics).toEqual([]);
    return content(body, schema);
  }

  it('tells attributes from blocks by the schema', () => {
    const found = read(
      '{"//": "a comment", "driver": "x${1 + 1}", "artifact": [{"a": 1}, {}], "task": {"one": {"b": 2}, "two": [{}, {}]}}',
    );
    expect(found.diagnostics).toEqual([]);
    expect(toJs(evaluate(found.attributes.get('driver')!.expression, scope).value)).toBe('x2');
    expect(found.blocks.map(({ type, labels }) => [type, ...labels])).toEqual([
      ['artifact'],
      ['artifact'],
      ['task', 'one'],
      ['task', 'two'],
      ['task', 'two'],
    ]);
    const inner = content(found.blocks[2]!.body, { attributes: [{ name: 'b' }], blocks: [] });
    expect(toJs(evaluate(inner.attributes.get('b')!.expression, scope).value)).toBe(2);
  });

  it('reads values, keys being templates as well', () => {
    const found = read('{"driver": {"k${1}": [1.5, true, null, "$${x}"]}}');
    expect(toJs(evaluate(found.attributes.get('driver')!.expression, scope).value)).toEqual({
      k1: [1.5, true, null, '${x}'],
    });
  });

  const cases = [
    {
      name: 'unknown names',
      given: '{"driver": 1, "cuont": 1}',
      want: ['1:15 Unsupported argument (did you mean count = …?)'],
    },
    {
      name: 'a name twice',
      given: '{"driver": 1,\n"driver": 2}',
      want: ['2:1 Attribute redefined (remove one of the two)'],
    },
    { name: 'a block that is none', given: '{"driver": 1, "task": "x"}', want: ['1:23 Incorrect JSON value type'] },
    { name: 'a template that makes no sense', given: '{"driver": "a${"}', want: ['1:16 Invalid expression'] },
  ];
  it.each(cases)('$name', ({ given, want }) => {
    expect(told(read(given))).toEqual(want);
  });

  it.each([
    { name: 'no value', given: '{"a":}', want: '1:6 Invalid JSON value' },
    { name: 'no comma', given: '{"a": 1\n"b": 2}', want: '2:1 Missing JSON separator' },
    { name: 'no quotes', given: '{"a": 1, b: 2}', want: '1:10 Invalid JSON property' },
    { name: 'no end', given: '{"a": [1', want: '1:9 Missing JSON separator' },
    { name: 'more behind', given: '{} x', want: '1:4 Extra characters after JSON value' },
  ])('reports $name', ({ given, want }) => {
    expect(told(parse(given, 'f.json'))).toEqual([want]);
  });

  it('is not taken for native syntax, nor the other way round', () => {
    expect(parse(' {"a": 1}', 'f').body.json).toBeDefined();
    expect(parse('{ a = 1 }', 'f').diagnostics[0]?.summary).toBe('Argument or block definition required');
  });
});
