import { describe, expect, test } from 'vitest';
import { compileRegexp } from '../../../src/jobspec/validate/regexp.ts';

describe('expressions in the syntax of Go', () => {
  const cases = [
    { source: '^web-[0-9]+$', matches: 'web-12', misses: 'web-x' },
    { source: '(?i)LINUX', matches: 'linux', misses: 'bsd' },
    { source: '(?P<os>debian|ubuntu)', matches: 'ubuntu', misses: 'arch' },
    { source: '\\A[[:digit:]]+\\z', matches: '42', misses: '4a' },
  ];
  test.each(cases)('$source', ({ source, matches, misses }) => {
    const compiled = compileRegexp(source);
    expect(compiled).toBeInstanceOf(RegExp);
    expect([(compiled as RegExp).test(matches), (compiled as RegExp).test(misses)]).toEqual([true, false]);
  });
});

describe('mistakes in the words of Go', () => {
  const cases = [
    { source: '(', want: 'error parsing regexp: missing closing ): `(`' },
    { source: 'a)', want: 'error parsing regexp: unexpected ): `a)`' },
    { source: 'x[ab', want: 'error parsing regexp: missing closing ]: `[ab`' },
    { source: '*a', want: 'error parsing regexp: missing argument to repetition operator: `*`' },
  ];
  test.each(cases)('$source', ({ source, want }) => expect(compileRegexp(source)).toEqual({ error: want }));
});
