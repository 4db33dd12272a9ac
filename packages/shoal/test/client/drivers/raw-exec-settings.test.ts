import { describe, expect, test } from 'vitest';
import { rawExecSettings } from '../../../src/client/drivers/raw-exec-settings.ts';

const settings = (plugin: Record<string, unknown>, options: Record<string, string> = {}) =>
  rawExecSettings({ plugin, options }).settings;

test('without a word nothing is denied', () => {
  const { isDeniedEnv, ...denials } = settings({ enabled: true, no_cgroups: true });
  expect(denials).toEqual({ deniedUsers: [], deniedUids: [], deniedGids: [] });
  expect(isDeniedEnv('PATH')).toBe(false);
});

test('users and groups are numbers and ranges, or names of the client options', () => {
  const options = { 'user.checked_drivers': 'raw_exec', 'user.denylist': 'root, daemon' };
  expect(settings({ denied_host_uids: '0,10-15', denied_host_gids: '5' }, options)).toMatchObject({
    deniedUsers: ['root', 'daemon'],
    deniedUids: [
      [0, 0],
      [10, 15],
    ],
    deniedGids: [[5, 5]],
  });
});

describe('variables', () => {
  test.each([
    ['AWS_KEY', 'AWS_KEY', true],
    ['AWS_KEY', 'AWS_KEY_2', false],
    ['AWS_*', 'AWS_KEY', true],
    ['AWS_*', 'MY_AWS_KEY', false],
    ['*_TOKEN', 'VAULT_TOKEN', true],
    ['*_TOKEN', 'VAULT_TOKEN_2', false],
    ['*SECRET*', 'MY_SECRET_KEY', true],
    ['*SECRET*', 'MY_KEY', false],
    ['*', 'ANY', true],
  ])('%s and %s: %s', (pattern, name, want) => {
    expect(settings({ denied_envvars: ['OTHER', pattern] }).isDeniedEnv(name)).toBe(want);
  });
});

test.each([
  [{ denied_host_uids: 'x' }, '"denied_host_uids" is a list of numbers and ranges such as "0,10-15", and "x" is none'],
  [{ denied_envvars: 5 }, '"denied_envvars" must be a list of texts'],
  [{ denied_env: [] }, 'No argument or block type is named "denied_env"'],
])('%j is refused', (plugin, want) => {
  expect(rawExecSettings({ plugin }).mistakes.join()).toContain(want);
});
