import { describe, expect, test } from 'vitest';
import { type FlagSpecs, parseFlags } from '../../src/cli/flags.ts';

const SPECS = {
  detach: { kind: 'bool', help: '' },
  'check-index': { kind: 'number', help: '' },
  name: { kind: 'text', help: '', also: ['n'] },
  var: { kind: 'texts', help: '' },
  '1': { kind: 'bool', help: '' },
} as const satisfies FlagSpecs;

const none = { var: [] };

const CASES = [
  { name: 'nothing', given: [], want: { flags: none, args: [] } },
  { name: 'one hyphen', given: ['-detach', 'f'], want: { flags: { ...none, detach: true }, args: ['f'] } },
  { name: 'two hyphens are one', given: ['--detach', 'f'], want: { flags: { ...none, detach: true }, args: ['f'] } },
  {
    name: 'a boolean takes no word',
    given: ['-detach', 'false'],
    want: { flags: { ...none, detach: true }, args: ['false'] },
  },
  { name: 'a boolean with =', given: ['-detach=false'], want: { flags: { ...none, detach: false }, args: [] } },
  { name: "a boolean in Go's spellings", given: ['--detach=T'], want: { flags: { ...none, detach: true }, args: [] } },
  { name: 'a value as the next word', given: ['-name', 'x'], want: { flags: { ...none, name: 'x' }, args: [] } },
  { name: 'a value after =', given: ['-name=x=y'], want: { flags: { ...none, name: 'x=y' }, args: [] } },
  { name: 'an empty value', given: ['-name='], want: { flags: { ...none, name: '' }, args: [] } },
  { name: 'a value of several lines', given: ['-name=a\nb'], want: { flags: { ...none, name: 'a\nb' }, args: [] } },
  {
    name: 'a value that looks like a flag',
    given: ['-name', '-detach'],
    want: { flags: { ...none, name: '-detach' }, args: [] },
  },
  { name: 'another name', given: ['-n', 'x'], want: { flags: { ...none, name: 'x' }, args: [] } },
  { name: 'the last one counts', given: ['-name=a', '-name', 'b'], want: { flags: { ...none, name: 'b' }, args: [] } },
  { name: 'repeated', given: ['-var', 'a=1', '-var=b=2'], want: { flags: { var: ['a=1', 'b=2'] }, args: [] } },
  { name: 'a number', given: ['-check-index', '0'], want: { flags: { ...none, 'check-index': 0 }, args: [] } },
  { name: 'flags after arguments', given: ['f', '-detach'], want: { flags: { ...none, detach: true }, args: ['f'] } },
  { name: 'two hyphens alone end the flags', given: ['--', '-detach'], want: { flags: none, args: ['-detach'] } },
  {
    name: 'one hyphen alone is an argument',
    given: ['-', '-detach'],
    want: { flags: { ...none, detach: true }, args: ['-'] },
  },
  { name: 'a negative number is an argument', given: ['-5'], want: { flags: none, args: ['-5'] } },
  { name: 'a flag that is a digit', given: ['-1'], want: { flags: { ...none, '1': true }, args: [] } },
];

test.each(CASES)('$name', ({ given, want }) => {
  expect(parseFlags(SPECS, given)).toEqual({ ...want, help: false });
});

describe('help', () => {
  test.each(['-h', '-help', '--help'])('%s', (word) => {
    expect(parseFlags(SPECS, ['f', word]).help).toBe(true);
  });
  test('not as the value of a flag', () => {
    expect(parseFlags(SPECS, ['-name', '-h'])).toMatchObject({ help: false, flags: { name: '-h' } });
  });
  test('not after the end of the flags', () => {
    expect(parseFlags(SPECS, ['--', '-h'])).toMatchObject({ help: false, args: ['-h'] });
  });
});

describe('where arguments come last', () => {
  test('nothing after the first is a flag', () => {
    const { flags, args } = parseFlags(SPECS, ['-detach', 'key', '-name', '-x'], { argsLast: true });
    expect({ flags, args }).toEqual({ flags: { ...none, detach: true }, args: ['key', '-name', '-x'] });
  });
});

describe('mistakes', () => {
  const MISTAKES = [
    { name: 'an unknown flag', given: ['-detahc'], want: 'unknown flag -detahc' },
    { name: 'an unknown flag with a value', given: ['--nmae=x'], want: 'unknown flag -nmae' },
    { name: 'a missing value', given: ['-name'], want: 'flag -name needs a value' },
    { name: 'no boolean', given: ['-detach=maybe'], want: 'flag -detach is true or false, not "maybe"' },
    { name: 'no number', given: ['-check-index', '1.5'], want: 'flag -check-index needs a whole number, not "1.5"' },
  ];
  test.each(MISTAKES)('$name', ({ given, want }) => {
    expect(() => parseFlags(SPECS, given)).toThrow(want);
  });
});
