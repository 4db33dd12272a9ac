import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../src/format/pieces.ts';
import { format, parse } from '../../src/index.ts';
import { meaning } from '../support/meaning.ts';
import { recordingPath, recordings } from '../support/recordings.ts';

const formatted = (source: string) => format(source, 'test.hcl').text;
const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('');

describe('layout', () => {
  const cases = [
    { name: 'nothing', given: '', want: '' },
    {
      name: 'two blanks per level',
      given: 'a {\nb {\n\tc = 1\n}\n    }\n',
      want: lines('a {', '  b {', '    c = 1', '  }', '}'),
    },
    { name: 'a newline at the end', given: 'a = 1', want: 'a = 1\n' },
    { name: 'no blanks at ends of lines', given: 'a = 1  \n  \nb = 2\t\n', want: 'a = 1\n\nb = 2\n' },
    { name: 'empty lines', given: '\n\na = 1\n\n\nb = 2\n\n', want: '\n\na = 1\n\n\nb = 2\n\n' },
    { name: 'equals signs of neighbours', given: 'a=1\nlong = 2\n', want: 'a    = 1\nlong = 2\n' },
    { name: 'not across an empty line', given: 'a=1\n\nlong=2\n', want: 'a = 1\n\nlong = 2\n' },
    { name: 'not across a comment', given: 'a=1\n# why\nlong=2\n', want: 'a = 1\n# why\nlong = 2\n' },
    { name: 'not across a block', given: 'a=1\nb {}\nlong=2\n', want: 'a = 1\nb {}\nlong = 2\n' },
    { name: 'not what goes on over several lines', given: 'long=1\na=[\n1,\n]\n', want: 'long = 1\na = [\n  1,\n]\n' },
    {
      name: 'heredocs line up and stay as they are',
      given: 'a=<<E\n  x = 1\n   E\nlong=2\n',
      want: 'a    = <<E\n  x = 1\n   E\nlong = 2\n',
    },
    {
      name: 'strings stay as they are',
      given: 'a="${ b  }  %{ if x }y%{ endif }"\n',
      want: 'a = "${ b  }  %{ if x }y%{ endif }"\n',
    },
    { name: 'keys of objects', given: 'a={\nb=1\n"lon"=2\n}\n', want: 'a = {\n  b     = 1\n  "lon" = 2\n}\n' },
    { name: 'wide characters by what a reader counts', given: 'é=1\nab=2\n', want: 'é  = 1\nab = 2\n' },
    { name: 'trailing comments of neighbours', given: 'a=1#x\nlong=22//y\n', want: 'a    = 1  #x\nlong = 22 //y\n' },
    { name: 'comments within lines', given: 'a=1/*x*/\nlong=22  /*y*/\n', want: 'a    = 1 /*x*/\nlong = 22 /*y*/\n' },
    { name: 'a comma at the end', given: 'a=[1,]\nb=f(1,)\n', want: 'a = [1, ]\nb = f(1, )\n' },
    { name: 'comments of their own line', given: 'a {\n#x\n/* y\n z */\n}\n', want: 'a {\n  #x\n  /* y\n z */\n}\n' },
    { name: 'a comment in between', given: 'a=/*x*/1\n', want: 'a = /*x*/ 1\n' },
    {
      name: 'brackets that open together are one level',
      given: 'a=f({\nb=1\n},{\nc=2\n})\n',
      want: 'a = f({\n  b = 1\n}, {\n  c = 2\n})\n',
    },
    { name: 'operators', given: 'a=1+2*-3==-x?!y:z[0]\n', want: 'a = 1 + 2 * -3 == -x ? !y : z[0]\n' },
    { name: 'a minus that begins a line', given: 'a=(x\n-1)\nb=[x,\n- 1]\n', want: 'a = (x\n  - 1)\nb = [x,\n  -1]\n' },
    {
      name: 'calls and splats',
      given: 'a=f ( x , y ... )\nb=c . d[ * ] . e.*.g [0]\n',
      want: 'a = f(x, y...)\nb = c.d[*].e.*.g[0]\n',
    },
    {
      name: 'for',
      given: 'a={for k,v in (b):k=>v...if(v)}\nb=[for v in[1]:v]\n',
      want: 'a = { for k, v in (b) : k => v... if (v) }\nb = [for v in [1] : v]\n',
    },
    { name: 'blocks on one line', given: 'a   "b"c{d=1}\ne{}\n', want: 'a "b" c { d = 1 }\ne {}\n' },
    { name: 'line ends as they are', given: 'a=1\r\nlong=2\r\n', want: 'a    = 1\r\nlong = 2\r\n' },
  ];
  it.each(cases)('$name', ({ given, want }) => expect(formatted(given)).toBe(want));
});

it('leaves files with mistakes alone, and says what is wrong', () => {
  const { text, diagnostics } = format('a = \nb = 1\n', 'test.hcl');
  expect(text).toBeUndefined();
  expect(diagnostics[0]?.range?.start.line).toBe(1);
});

it('leaves JSON alone', () => expect(formatted('{"a":1}')).toBe('{"a":1}'));

const jobs = recordingPath('../jobspec/valid');
const corpus = [
  ...readdirSync(jobs)
    .filter((name) => name.endsWith('.hcl'))
    .map((name) => ({ name, source: readFileSync(`${jobs}/${name}`, 'utf8') })),
  ...recordings<{ name: string; body: string }>('bodies.json').map(({ name, body }) => ({ name, source: body })),
].filter(({ source }) => formatted(source) !== undefined);

describe('every recorded file', () => {
  it.each(corpus)('$name', ({ source }) => {
    const text = formatted(source) as string;
    expect(formatted(text)).toBe(text);
    expect(meaning(parse(text, 'a').body)).toEqual(meaning(parse(source, 'a').body));
    expect(comments(text)).toEqual(comments(source));
  });
});

it('depends on the text, not on its blanks', () => {
  const blanks = fc.array(fc.constantFrom('', ' ', '  ', '\t'), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(fc.constantFrom(...corpus), blanks, ({ source }, gaps) => {
      expect(formatted(withOtherBlanks(source, gaps))).toBe(formatted(source));
    }),
    { numRuns: 500 },
  );
});

/** Two pieces that stand together may be moved apart; those that do not stay so. */
function withOtherBlanks(source: string, gaps: readonly string[]): string {
  let at = 0;
  const gap = () => gaps[at++ % gaps.length] ?? '';
  return linesOf(source, 'a')
    .map(({ pieces, newline }) => `${gap()}${pieces.map(({ text }) => text).join(` ${gap()}`)}${newline}`)
    .join('');
}

function comments(source: string): string[] {
  return linesOf(source, 'a').flatMap(({ pieces }) =>
    pieces.filter(({ type }) => type === 'comment').map(({ text }) => text),
  );
}
