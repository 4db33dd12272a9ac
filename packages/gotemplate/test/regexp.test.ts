import { describe, expect, test } from 'vitest';
import { compileRegexp, FunctionError } from '../src/index.ts';

describe('matching', () => {
  const cases = [
    { name: 'part of the text', pattern: 'b+', text: 'abbc', want: true },
    { name: 'start of the text only', pattern: '^b', text: 'a\nb', want: false },
    { name: 'start of a line', pattern: '(?m)^b', text: 'a\nb', want: true },
    { name: 'end of the text, not before its last line end', pattern: 'a$', text: 'a\n', want: false },
    { name: 'end of a line', pattern: '(?m)a$', text: 'a\nb', want: true },
    { name: 'a dot is no line end', pattern: '^a.b$', text: 'a\nb', want: false },
    { name: 'a dot is anything under s', pattern: '(?s)^a.b$', text: 'a\nb', want: true },
    { name: 'any case', pattern: '(?i)^shOAl$', text: 'SHoal', want: true },
    { name: 'any case in a group only', pattern: '^(?i:a)b$', text: 'AB', want: false },
    { name: 'a negated class in any case', pattern: '(?i)^[^a]$', text: 'A', want: false },
    { name: 'word edges', pattern: String.raw`\bfoo\b`, text: 'a foo.', want: true },
    { name: 'counted', pattern: '^a{2,3}$', text: 'aaaa', want: false },
    { name: 'braces that do not count', pattern: '^a{x}$', text: 'a{x}', want: true },
    { name: 'quoted', pattern: String.raw`^\Qa.b\E+$`, text: 'a.bb', want: true },
    { name: 'POSIX class', pattern: '^[[:alpha:]_]+$', text: 'ab_c', want: true },
    { name: 'script', pattern: String.raw`^\p{Greek}+$`, text: 'λόγος', want: true },
    { name: 'not a category', pattern: String.raw`^\PN+$`, text: 'ab1', want: false },
    { name: 'beyond 16 bits', pattern: '^.$', text: '😀', want: true },
    { name: 'hexadecimal', pattern: String.raw`^\x41\x{1F600}$`, text: 'A😀', want: true },
    { name: 'a bracket first in a class', pattern: '^[]a]+$', text: ']a', want: true },
    { name: 'empty loops come to an end', pattern: '^(a*)*$', text: 'aab', want: false },
  ];
  test.each(cases)('$name', ({ pattern, text, want }) => {
    expect(compileRegexp(pattern).test(text)).toBe(want);
  });
});

describe('replacing', () => {
  const cases = [
    { name: 'groups', pattern: '(a)(b)?', text: 'ab a', template: '[$1$2]', want: '[ab] [a]' },
    { name: 'named groups', pattern: '(?P<x>a)', text: 'a', template: '${x}$x-', want: 'aa-' },
    { name: 'a name is as long as it can be', pattern: 'o', text: 'foo', template: '$1x', want: 'f' },
    { name: 'dollars', pattern: 'a', text: 'a', template: '$$1', want: '$1' },
    { name: 'empty matches', pattern: 'x*', text: 'axb', template: '-', want: '-a-b-' },
    { name: 'leftmost first', pattern: 'a|ab', text: 'ab', template: 'X', want: 'Xb' },
    { name: 'lazy', pattern: 'a+?', text: 'aa', template: 'X', want: 'XX' },
    { name: 'lazy by flag', pattern: '(?U)a+', text: 'aa', template: 'X', want: 'XX' },
    { name: 'beyond 16 bits', pattern: '.', text: '😀a', template: '<$0>', want: '<😀><a>' },
  ];
  test.each(cases)('$name', ({ pattern, text, template, want }) => {
    expect(compileRegexp(pattern).replaceAll(text, template)).toBe(want);
  });
});

describe('refused', () => {
  const cases = [
    { name: 'open group', pattern: '(a', want: 'missing closing ): `(a`' },
    { name: 'closed only', pattern: 'a)', want: 'unexpected ): `a)`' },
    { name: 'open class', pattern: 'a[b', want: 'missing closing ]: `[b`' },
    { name: 'nothing to repeat', pattern: '*a', want: 'missing argument to repetition operator: `*`' },
    { name: 'repeated twice', pattern: 'a**', want: 'invalid nested repetition operator: `**`' },
    { name: 'too often', pattern: 'a{1001}', want: 'invalid repeat count: `{1001}`' },
    { name: 'looking ahead', pattern: '(?=a)', want: 'invalid or unsupported Perl syntax: `(?=`' },
    { name: 'back reference', pattern: String.raw`(a)\8`, want: 'invalid escape sequence: `\\8`' },
    { name: 'range the wrong way', pattern: '[b-a]', want: 'invalid character class range: `b-a`' },
    { name: 'backslash at the end', pattern: 'a\\', want: 'trailing backslash at end of expression' },
    { name: 'grown beyond all bounds', pattern: '((a{100}){100}){100}', want: 'invalid repeat count' },
    { name: 'nested too deeply', pattern: '('.repeat(5000) + ')'.repeat(5000), want: 'expression nests too deeply' },
  ];
  test.each(cases)('$name', ({ pattern, want }) => {
    const read = () => compileRegexp(pattern);
    expect(read).toThrow(FunctionError);
    expect(read).toThrow(want);
  });
});

test('a pattern that would take for ever elsewhere is done in no time', () => {
  const started = performance.now();
  expect(compileRegexp('^(a+)+$').test(`${'a'.repeat(2000)}b`)).toBe(false);
  expect(performance.now() - started).toBeLessThan(2000);
});
