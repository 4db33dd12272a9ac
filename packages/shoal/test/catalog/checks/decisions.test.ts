import type { CheckStatus } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { aliasOutcome } from '../../../src/catalog/checks/alias.ts';
import { capturedOutput } from '../../../src/catalog/checks/output.ts';
import { countResult, NO_STREAK } from '../../../src/catalog/checks/thresholds.ts';
import { Turns } from '../../../src/catalog/checks/turns.ts';

describe('countResult', () => {
  const results = { p: 'passing', w: 'warning', c: 'critical' } as const;
  test.each([
    { name: 'no thresholds: each result counts', success: 0, failures: 0, given: 'pcwp', want: 'yyyy' },
    { name: 'three successes in a row', success: 3, failures: 0, given: 'ppcppp', want: 'nnynny' },
    { name: 'a warning is a success', success: 2, failures: 0, given: 'pwc', want: 'nyy' },
    { name: 'two failures in a row', success: 0, failures: 2, given: 'cpcc', want: 'nyny' },
    { name: 'a warning before it is critical', success: 0, failures: 3, warning: 2, given: 'cccp', want: 'nwyy' },
  ])('$name', ({ success, failures, warning, given, want }) => {
    let streak = NO_STREAK;
    const settled = [...given].map((letter) => {
      const outcome = { status: results[letter as 'p'] as CheckStatus, output: '' };
      const thresholds = { successBeforePassing: success, failuresBeforeCritical: failures };
      const early = warning === undefined ? {} : { failuresBeforeWarning: warning };
      const counted = countResult({ ...thresholds, ...early }, streak, outcome);
      streak = counted.streak;
      if (!counted.settled) return 'n';
      return counted.settled.status === outcome.status ? 'y' : 'w';
    });
    expect(settled.join('')).toBe(want);
  });
});

describe('aliasOutcome', () => {
  const followed = (status: CheckStatus, output = '', isAlias = false) => ({ name: status, status, output, isAlias });
  test.each([
    { name: 'nothing to follow', given: [], want: { status: 'passing', output: 'No checks found.' } },
    { name: 'all pass', given: [followed('passing')], want: { status: 'passing', output: 'All checks passing.' } },
    {
      name: 'the worst counts',
      given: [followed('warning', 'slow'), followed('critical', 'down'), followed('passing')],
      want: { status: 'critical', output: 'Aliased check "critical" failing: down' },
    },
    {
      name: 'an alias is not quoted',
      given: [followed('critical', 'long story', true)],
      want: { status: 'critical', output: 'Aliased check "critical" failing: ' },
    },
  ])('$name', ({ given, want }) => {
    expect(aliasOutcome(given)).toEqual(want);
  });
});

test('output over 4 KB is cut, between characters', () => {
  expect(capturedOutput('x'.repeat(4096))).toBe('x'.repeat(4096));
  expect(capturedOutput('x'.repeat(5000))).toBe(`${'x'.repeat(4096)} ... (captured 4096 of 5000 bytes)`);
  expect(capturedOutput(`${'x'.repeat(4095)}€`)).toBe(`${'x'.repeat(4095)} ... (captured 4096 of 4098 bytes)`);
});

test('no more tasks run at a time than there are turns, and all run', async () => {
  const turns = new Turns(3);
  let running = 0;
  let most = 0;
  const task = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return true;
  };
  const failing = () => Promise.reject(new Error('one fails'));
  const all = Array.from({ length: 20 }, (_, at) => turns.take(at === 5 ? failing : task).catch(() => false));
  expect((await Promise.all(all)).filter(Boolean)).toHaveLength(19);
  expect(most).toBe(3);
});
