import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { content, evaluate, format, parse, parseExpression, standardFunctions } from '../src/index.ts';
import { meaning } from './support/meaning.ts';
import { variables } from './support/recordings.ts';

/** Pieces of the language in any order: what comes of them does not matter, that it comes does. */
const pieces = [
  'a',
  'job',
  'for',
  'in',
  'if',
  'null',
  'true',
  '1',
  '2.5',
  '"',
  '"x"',
  '"${',
  '}',
  '{',
  '[',
  ']',
  '(',
  ')',
  '=',
  '==',
  '?',
  ':',
  ',',
  '.',
  '*',
  '.*',
  '[*]',
  '+',
  '-',
  '!',
  '&&',
  '=>',
  '...',
  '\n',
  ' ',
  '#c\n',
  '/*',
  '*/',
  '<<EOT\n',
  '<<-EOT\n',
  'EOT\n',
  '%{ if a }',
  '%{ endif }',
  '%{ for x in a ~}',
  '%{ endfor }',
  '${~ a ~}',
  '$',
  '%',
  '\\',
  '\\n',
  '\\u00e9',
  'é',
  '\u0000',
  '\r\n',
  'upper(',
  'format("%s", ',
  'yamldecode("',
  'jsondecode("',
  'regex("',
  'try(',
  'convert(',
  '- a: b\\n',
  '{\\"a\\":',
  '[1,2]',
  '{a=1}',
];
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => parts.join(''));
const scope = { variables: variables({ a: [1, { b: 'c' }], x: null }), functions: standardFunctions };

describe('any text', () => {
  it('can be parsed as a file, and its attributes evaluated', () => {
    fc.assert(
      fc.property(text, (source) => {
        const { body } = parse(source, 'f');
        content(body, { attributes: [{ name: 'a', required: true }], blocks: [{ type: 'job', labels: ['name'] }] });
        for (const { expression } of body.attributes.values()) evaluate(expression, scope);
      }),
      { numRuns: 1000 },
    );
  });

  it('can be formatted, and keeps its meaning', () => {
    fc.assert(
      fc.property(text, (source) => {
        const formatted = format(source, 'f').text;
        if (formatted === undefined) return;
        expect(format(formatted, 'f').text).toBe(formatted);
        expect(meaning(parse(formatted, 'f').body)).toEqual(meaning(parse(source, 'f').body));
      }),
      { numRuns: 1000 },
    );
  });

  it('can be parsed as an expression and evaluated', () => {
    fc.assert(
      fc.property(text, (source) => {
        const { expression } = parseExpression(source, 'f');
        if (expression) evaluate(expression, scope);
      }),
      { numRuns: 1000 },
    );
  });

  it('can be an argument of any function', () => {
    const argument = fc.constantFrom(
      '""',
      '"a"',
      '"%d"',
      '-1',
      '1e9',
      '0.5',
      'null',
      '[]',
      '[null]',
      '{}',
      '{a=null}',
      '[[1]]',
      'true',
      '"{"',
      '"- a\\n b: c"',
    );
    const names = fc.constantFrom(...[...standardFunctions.keys()].filter((name) => name !== 'bcrypt'));
    fc.assert(
      fc.property(names, fc.array(argument, { maxLength: 4 }), (name, args) => {
        evaluate(parseExpression(`${name}(${args.join(', ')})`, 'f').expression!, scope);
      }),
      { numRuns: 2000 },
    );
  });
});
