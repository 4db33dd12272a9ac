import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CompileOptions, compile, FunctionError, type FunctionSet, TemplateError } from '../src/index.ts';

const functions: FunctionSet = {
  upper: { min: 1, max: 1, params: ['string'], call: (text) => String(text).toUpperCase() },
  refuse: {
    call: () => {
      throw new FunctionError('no interface eth9');
    },
  },
};

describe('rendering', () => {
  const cases: { name: string; given: string; options?: CompileOptions; data?: unknown; want: string }[] = [
    { name: 'text alone', given: '127.0.0.1', want: '127.0.0.1' },
    { name: 'a plug-in function', given: '{{ "a" | upper }}', want: 'A' },
    { name: 'a raw string argument', given: '{{ upper `eth0` }}', want: 'ETH0' },
    { name: 'several actions', given: '{{upper "a"}} {{upper "b"}}', want: 'A B' },
    {
      name: 'own delimiters',
      given: '[[ .a ]]{{',
      options: { leftDelim: '[[', rightDelim: ']]' },
      data: { a: 1 },
      want: '1{{',
    },
    { name: 'missing keys as zero', given: '{{ .a }}', options: { missingKey: 'zero' }, data: {}, want: '<no value>' },
    {
      name: 'templates that call each other',
      given: '{{define "x"}}<{{.}}>{{end}}{{template "x" .a}}',
      data: { a: 1 },
      want: '<1>',
    },
    {
      name: 'a map that is a Map',
      given: '{{ range $k, $v := . }}{{$k}}{{$v}}{{end}}',
      data: new Map([
        [2, 'b'],
        [1, 'a'],
      ]),
      want: '1a2b',
    },
  ];
  test.each(cases)('$name', ({ given, options, data, want }) => {
    expect(compile(given, { functions, ...options }).render(data)).toBe(want);
  });

  test('a template keeps nothing between renderings', () => {
    const template = compile('{{ $x := .n }}{{ $x }}');
    expect([template.render({ n: 1 }), template.render({ n: 2 })]).toEqual(['1', '2']);
  });
});

test('whatever is given, only a TemplateError is thrown', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{{-',
    ' -}}',
    'if',
    'range',
    'end',
    'define',
    '"x"',
    '`',
    "'",
    '(',
    ')',
    '|',
    '.',
    '.a',
    '$',
    '$x',
    ':=',
    '=',
    ',',
    '1',
    '-1.5e3',
    '0x',
    'upper',
    'nil',
    'true',
    ' ',
    '\n',
    '/*',
    '*/',
    'é',
    'printf "%[9]*.*d"',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        compile(pieces.join(''), { functions }).render({ a: [1, { b: null }] });
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
      }
    }),
    { numRuns: 2_000 },
  );
  expect(() => compile(`{{${'('.repeat(100_000)}`)).toThrow(TemplateError);
  expect(() => compile('{{ printf "%999999999d" 1 }}').render()).not.toThrow();
});

test('a pipeline that ends in nil has no value: its fields are missing, not mistakes', () => {
  const shown = (source: string, options: CompileOptions = {}) => compile(source, options).render({ n: null });
  expect(shown('{{ define "t" }}[{{ .a.b }}]{{ end }}{{ template "t" .n }}')).toBe('[<no value>]');
  expect(shown('{{ $x := .n }}{{ $x.a }}')).toBe('<no value>');
  expect(shown('{{ block "b" .missing }}{{ .a }}{{ end }}', { missingKey: 'zero' })).toBe('<no value>');
  expect(() => shown('{{ .n | index }}')).toThrow('index of untyped nil');
  expect(() => shown('{{ range $ }}{{ .a }}{{ end }}')).toThrow('nil pointer evaluating interface {}.a');
});

describe('errors name place, reason and remedy', () => {
  const cases: { name: string; given: string; options?: CompileOptions; want: string }[] = [
    { name: 'unknown function', given: 'a\n {{ nope }}', want: 'template t:2:4: function "nope" not defined' },
    { name: 'unclosed if', given: '{{ if .a }}', want: 'template t:1:11: unexpected EOF; end the {{if}} with {{end}}' },
    { name: 'function in other letters', given: '{{ Upper 1 }}', want: 'not defined; did you mean "upper"?' },
    { name: 'number beyond measure', given: '{{ 1e999 }}', want: 'illegal number syntax: 1e999' },
    { name: 'function with a letter too few', given: '{{ prinln 1 }}', want: 'did you mean "println"?' },
    { name: 'variable with a letter too many', given: '{{ $item := 1 }}{{ $iteem }}', want: 'did you mean "$item"?' },
    {
      name: 'unknown variable',
      given: '{{ $x }}',
      want: 'template t:1:3: undefined variable "$x"; declare it before, with {{ $x := … }}',
    },
    {
      name: 'failing function',
      given: '{{ refuse }}',
      want: 'template t:1:3: error calling refuse: no interface eth9',
    },
    { name: 'wrong count', given: '{{ upper }}', want: 'template t:1:3: wrong number of args for upper: want 1 got 0' },
    {
      name: 'wrong type',
      given: '{{ upper 1 }}',
      want: 'template t:1:9: wrong type for value; expected string; got int',
    },
    {
      name: 'missing key',
      given: '{{ .a }}',
      options: { missingKey: 'error' },
      want: 'template t:1:3: map has no entry for key "a"',
    },
    {
      name: 'endless recursion',
      given: '{{define "x"}}{{template "x"}}{{end}}{{template "x"}}',
      want: 'template x:1:16: exceeded maximum template depth (1000)',
    },
  ];
  test.each(cases)('$name', ({ given, options, want }) => {
    const run = () => compile(given, { name: 't', functions, ...options }).render({});
    expect(run).toThrow(TemplateError);
    expect(run).toThrow(want);
  });
});
