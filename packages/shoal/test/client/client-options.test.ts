import { describe, expect, test } from 'vitest';
import { optionsWithoutEffect, taskOptions } from '../../src/client/client-options.ts';

describe('drivers', () => {
  test.each<{ options: Record<string, string>; want: string[] }>([
    { options: {}, want: ['docker', 'exec', 'raw_exec'] },
    { options: { 'driver.allowlist': 'docker, exec' }, want: ['docker', 'exec'] },
    { options: { 'driver.whitelist': 'docker' }, want: ['docker'] },
    { options: { 'driver.allowlist': '' }, want: ['docker', 'exec', 'raw_exec'] },
    { options: { 'driver.denylist': 'exec,raw_exec' }, want: ['docker'] },
    { options: { 'driver.blacklist': 'docker' }, want: ['exec', 'raw_exec'] },
    { options: { 'driver.allowlist': 'docker,exec', 'driver.denylist': 'exec' }, want: ['docker'] },
  ])('$options', ({ options, want }) => {
    expect(['docker', 'exec', 'raw_exec'].filter(taskOptions(options).allows)).toEqual(want);
  });
});

test.each<{ options: Record<string, string>; want: string[] | undefined }>([
  { options: {}, want: undefined },
  { options: { 'env.denylist': 'A, B' }, want: ['A', 'B'] },
  { options: { 'env.blacklist': 'A' }, want: ['A'] },
  { options: { 'env.denylist': '' }, want: undefined },
])('variables that tasks do not get: $options', ({ options, want }) => {
  expect(taskOptions(options).envDenylist).toEqual(want);
});

test('options that say nothing here', () => {
  expect(optionsWithoutEffect({ 'fingerprint.denylist': 'x', 'docker.caps.allowlist': 'y' })).toEqual([
    ...['fingerprint.denylist'],
  ]);
});
