import { describe, expect, it } from 'vitest';
import { type Body, evaluate, parse, parseExpression, parseTemplate, toJs } from '../../src/index.ts';

const empty = { variables: new Map(), functions: new Map() };

function mistakes(source: string): string[] {
  return parse(source, 'f').diagnostics.map(
    ({ range, summary }) => `${range?.start.line}:${range?.start.column} ${summary}`,
  );
}

/** What could be read: values of attributes, and blocks by type and labels. */
function outline(body: Body): unknown {
  const values = [...body.attributes].map(([name, { expression }]) => [name, toJs(evaluate(expression, empty).value)]);
  const blocks = body.blocks.map(({ type, labels, body: inner }) => [[type, ...labels].join(' '), outline(inner)]);
  return Object.fromEntries([...values, ...blocks]);
}

describe('all mistakes of a file at once', () => {
  const cases = [
    {
      name: 'one per line',
      given: 'a = \nb = 1\nc d\ne = [1 2]\nf = 2\n',
      want: ['1:5 Invalid expression', '3:4 Invalid block definition', '4:8 Missing item separator'],
      read: { b: 1, f: 2 },
    },
    {
      name: 'an unclosed list leaves the next line alone',
      given: 'a = [1, 2\nb = 1\n',
      want: ['2:1 Missing item separator'],
      read: { b: 1 },
    },
    {
      name: 'an unclosed quote ends with its line',
      given: 'job "x" {\n  a = "open\n  b = 1\n}\n',
      want: ['2:12 Invalid multi-line string'],
      read: { 'job x': { b: 1 } },
    },
    {
      name: 'a mistake in an interpolation does not end the string',
      given: 'a = "x${1 +}y"\nb = 2\n',
      want: ['1:12 Invalid expression'],
      read: { b: 2 },
    },
    {
      name: 'a mistake inside of a bracket over several lines',
      given: 'a = [\n  1 2,\n  3\n]\nb = {\n  x 1\n}\nc = 3\n',
      want: ['2:5 Missing item separator', '6:5 Missing key/value separator'],
      read: { c: 3 },
    },
    {
      name: 'a directive that cannot be read says nothing about its end',
      given: 'a = "%{ if }x%{ endif }"\nb = 1\n',
      want: ['1:12 Invalid expression'],
      read: { b: 1 },
    },
    {
      name: 'a block that is never closed',
      given: 'a {\n  b = 1\n',
      want: ['3:1 Argument or block definition required'],
      read: { a: { b: 1 } },
    },
    {
      name: 'blanks behind the marker of a heredoc',
      given: 'a = <<EOT  \nx: 1\nEOT\nb = 1\n',
      want: ['1:5 Invalid heredoc'],
      read: { a: 'x: 1\n', b: 1 },
    },
    {
      name: 'a heredoc that has no end, and swallows the braces behind it',
      given: 'a {\n  b {\n    c = <<EOT\nx\n  }\n}\n',
      want: ['7:1 Unterminated template string'],
      read: {},
    },
    {
      name: 'one for each quote of another kind, and none twice',
      given: "a = ''\nb = 'x'\nc = 1\n",
      want: ['1:5 Invalid character', '2:5 Invalid expression'],
      read: { c: 1 },
    },
    {
      name: 'blanks before the marker of a heredoc',
      given: 'a = <<  EOT\nx: {{ 1 }}\nEOT\nb = 1\n',
      want: ['1:5 Invalid heredoc'],
      read: { a: 'x: {{ 1 }}\n', b: 1 },
    },
  ];
  it.each(cases)('$name', ({ given, want, read }) => {
    expect(mistakes(given)).toEqual(want);
    expect(outline(parse(given, 'f').body)).toMatchObject(read);
  });
});

describe('remedies', () => {
  const cases = [
    { given: 'a = <<- EOT\nx\nEOT\n', want: 'write <<-EOT' },
    {
      given: 'env {\n  a.b-c.d = "e"\n}\n',
      want: 'a name like this needs an object around it: env = { "a.b-c.d" = … }',
    },
    { given: 'env {\n  "a b" = "c"\n}\n', want: 'a name like this needs an object around it: env = { "a b" = … }' },
    { given: 'a.b = 1\n', want: 'a name like this needs an object around it: NAME = { "a.b" = … }' },
    { given: 'cpu = #{Cpu}\n', want: 'put the value before the comment; a text that holds # needs quotes' },
    { given: 'a = 1 + // two\n', want: 'put the value before the comment; a text that holds // needs quotes' },
    { given: 'a = "say "hello" to"\n', want: 'write \\" for a quote inside of a string' },
    { given: 'a = ["-t={{ env "A" }}"]\n', want: 'write \\" for a quote inside of a string' },
    { given: 'a = ["b" c]\n', want: undefined },
    { given: 'a = ["b"\nc = 1\n', want: 'add the missing "," or "]" on the line before' },
    { given: 'image = redis:7\n', want: 'put quotes around a text' },
    { given: 'interval = 10s\n', want: 'write "10s", or the number alone' },
    { given: 'port "9001"\n', want: 'for a block put "{" on this line, for an argument write port = "9001"' },
    { given: 'count 3\n', want: 'write count = …' },
    { given: "a = ''\n", want: 'use double quotes: "…"' },
    {
      given: 'a {\n  b {\n    c {\n      d = 1\n  }\n}\n',
      want: 'add the missing "}"; by the layout, the block at line 3 lacks it',
    },
  ];
  it.each(cases)('$given', ({ given, want }) => expect(parse(given, 'f').diagnostics[0]?.remedy).toBe(want));
});

describe('places', () => {
  it('count columns in grapheme clusters, and bytes in UTF-8', () => {
    const { expression } = parseExpression('"👩‍👩‍👧‍👦é" == nope', 'f');
    expect(expression?.kind === 'binary' && expression.right.range.start).toEqual({ line: 1, column: 9, byte: 33 });
  });

  it('start where they are told to', () => {
    const { diagnostics } = parseExpression('1 +', 'f', { line: 4, column: 7, byte: 100 });
    expect(diagnostics[0]?.range?.start).toEqual({ line: 4, column: 10, byte: 103 });
  });

  it('do not count the byte order mark as a column', () => {
    const { body } = parse('\ufeffa = 1\r\nb = 2\r\n', 'f');
    expect(body.attributes.get('a')?.nameRange.start).toEqual({ line: 1, column: 1, byte: 3 });
    expect(body.attributes.get('b')?.nameRange.start).toEqual({ line: 2, column: 1, byte: 10 });
  });

  it('show a missing value before the comment behind it', () => {
    expect(mistakes('a = # nothing\n')).toEqual(['1:5 Invalid expression']);
  });

  it('of a block cover its type, labels, brace and body', () => {
    const block = parse('job "x" {\n  a = 1\n}\n', 'f').body.blocks[0]!;
    expect(block.typeRange).toMatchObject({ start: { column: 1 }, end: { column: 4 } });
    expect(block.labelRanges[0]).toMatchObject({ start: { column: 5 }, end: { column: 8 } });
    expect(block.openBraceRange.start.column).toBe(9);
    expect(block.range.end).toEqual({ line: 3, column: 2, byte: 19 });
  });
});

describe('encodings', () => {
  it('reads bytes', () => {
    expect(outline(parse(Buffer.from('a = "é"\n'), 'f').body)).toEqual({ a: 'é' });
  });

  it('reports bytes that are not UTF-8', () => {
    const { diagnostics } = parse(Uint8Array.from([0x61, 0x20, 0x3d, 0x20, 0xff, 0x0a]), 'f');
    expect(diagnostics[0]).toMatchObject({ summary: 'Invalid character encoding', range: { start: { column: 5 } } });
  });

  it('reports bytes that are not UTF-8 inside of a string', () => {
    const { diagnostics } = parse(Uint8Array.from([0x61, 0x3d, 0x22, 0xff, 0x22, 0x0a]), 'f');
    expect(diagnostics[0]).toMatchObject({ summary: 'Invalid character encoding', range: { start: { column: 4 } } });
  });

  it('names UTF-16', () => {
    expect(mistakes('')).toEqual([]);
    expect(parse(Uint8Array.from([0xff, 0xfe, 0x61, 0]), 'f').diagnostics[0]?.detail).toContain('UTF-16');
  });
});

it('a template needs no quotes', () => {
  const { expression } = parseTemplate('a ${1 + 1} "b"', 'f');
  expect(toJs(evaluate(expression!, empty).value)).toBe('a 2 "b"');
});

describe('nesting', () => {
  const deep = 20_000;
  const cases = [
    { name: 'parentheses', given: `a = ${'('.repeat(deep)}` },
    { name: 'signs', given: `a = ${'-'.repeat(deep)}1` },
    { name: 'sums', given: `a = 1${' + 1'.repeat(deep)}` },
    { name: 'conditionals', given: `a = ${'x ? 1 : '.repeat(deep)}1` },
    { name: 'blocks', given: 'a {\n'.repeat(deep) },
    { name: 'templates', given: `a = ${'"${'.repeat(deep)}` },
    { name: 'splats', given: `a = b${'[*]'.repeat(deep)}` },
    { name: 'JSON', given: `{"a":${'['.repeat(deep)}` },
  ];
  it.each(cases)('of $name has an end', ({ given }) => {
    expect(mistakes(given)[0]).toMatch(/too deep/);
  });
});

it('reads a thousand lines in 20 ms', () => {
  const group =
    'group "g" {\n  count = 1 + 2\n  task "t" {\n    env {\n      K = "v ${x.y[0]}"\n    }\n  }\n}\n# c\n\n';
  const source = group.repeat(100);
  const times = Array.from({ length: 20 }, () => {
    const start = performance.now();
    expect(parse(source, 'f').diagnostics).toEqual([]);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(20);
});
