import { describe, expect, test } from 'vitest';
import { lookAtCheck, type RestartRule } from '../../../src/client/services/check-restart.ts';

const rule = (changes: Partial<RestartRule> = {}): RestartRule => ({
  ...{ limit: 3, intervalMs: 10, graceMs: 100, ignoreWarnings: false },
  ...changes,
});

describe('a check that may restart its task', () => {
  test.each([
    {
      name: 'is not judged in the time of grace',
      given: { rule: rule(), badSince: null, status: 'critical', now: 99 },
      want: { kind: 'wait', badSince: null, lookAgainAt: 100 },
    },
    {
      name: 'counts from its first failure after that',
      given: { rule: rule(), badSince: null, status: 'critical', now: 100 },
      want: { kind: 'wait', badSince: 100, lookAgainAt: 120 },
    },
    {
      name: 'waits for as many intervals as there are failures to go',
      given: { rule: rule(), badSince: 100, status: 'critical', now: 119 },
      want: { kind: 'wait', badSince: 100, lookAgainAt: 120 },
    },
    {
      name: 'restarts then',
      given: { rule: rule(), badSince: 100, status: 'critical', now: 120 },
      want: { kind: 'restart' },
    },
    {
      name: 'restarts at the first failure with a limit of one',
      given: { rule: rule({ limit: 1 }), badSince: null, status: 'critical', now: 100 },
      want: { kind: 'restart' },
    },
    {
      name: 'begins anew when it passes',
      given: { rule: rule(), badSince: 100, status: 'passing', now: 130 },
      want: { kind: 'wait', badSince: null, lookAgainAt: null },
    },
    {
      name: 'counts warnings',
      given: { rule: rule(), badSince: null, status: 'warning', now: 100 },
      want: { kind: 'wait', badSince: 100, lookAgainAt: 120 },
    },
    {
      name: 'does not count warnings that are to be ignored',
      given: { rule: rule({ ignoreWarnings: true }), badSince: 100, status: 'warning', now: 130 },
      want: { kind: 'wait', badSince: null, lookAgainAt: null },
    },
  ] as const)('$name', ({ given, want }) => {
    expect(lookAtCheck(given.rule, { startedAt: 0, badSince: given.badSince }, given.status, given.now)).toEqual(want);
  });
});
