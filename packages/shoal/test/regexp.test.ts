import { describe, expect, test } from 'vitest';
import { compileRegexp, type Regexp } from '../src/regexp.ts';

describe('expressions in the syntax of Go', () => {
  const cases = [
    { source: '^web-[0-9]+$', matches: 'web-12', misses: 'web-x' },
    { source: '(?i)LINUX', matches: 'linux', misses: 'bsd' },
    { source: 'a(?i:B)', matches: 'ab', misses: 'Ab' },
    { source: '(?P<os>debian|ubuntu)', matches: 'ubuntu', misses: 'arch' },
    { source: '\\A[[:digit:]]+\\z', matches: '42', misses: '4a' },
    { source: '^\\Qa.b\\E$', matches: 'a.b', misses: 'axb' },
    { source: '^\\pL+$', matches: 'größe', misses: 'a1' },
    { source: '^.$', matches: '🦊', misses: 'ab' },
    { source: 'x}', matches: 'x}', misses: 'x' },
  ];
  test.each(cases)('$source', ({ source, matches, misses }) => {
    const compiled = compileRegexp(source) as Regexp;
    expect([compiled.test(matches), compiled.test(misses)]).toEqual([true, false]);
  });
});

describe('mistakes in the words of Go', () => {
  const cases = [
    { source: '(', want: 'missing closing ): `(`' },
    { source: 'a)', want: 'unexpected ): `a)`' },
    { source: 'x[ab', want: 'missing closing ]: `[ab`' },
    { source: '*a', want: 'missing argument to repetition operator: `*`' },
    { source: 'a**', want: 'invalid nested repetition operator: `**`' },
    { source: '(?=a)', want: 'invalid or unsupported Perl syntax: `(?=`' },
    { source: '(?<!a)', want: 'invalid named capture: `(?<!a)`' },
    { source: '\\1', want: 'invalid escape sequence: `\\1`' },
    { source: 'a{1001}', want: 'invalid repeat count: `{1001}`' },
    { source: 'a'.repeat(70_000), want: 'expression is longer than 65536 characters' },
    { source: '((a{100}){100}){100}', want: 'invalid repeat count: `{100}`' },
  ];
  test.each(cases)('$want', ({ source, want }) =>
    expect(compileRegexp(source)).toEqual({ error: `error parsing regexp: ${want}` }),
  );
});

test('patterns that make a backtracking engine explode end soon', () => {
  const long = 'a'.repeat(20_000);
  for (const source of ['(a+)+$', '(a|a)*b', '(a*)*c', '(.*)(.*)(.*)(.*)x', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
    const started = performance.now();
    expect((compileRegexp(source) as Regexp).test(`${long}!`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  }
});
