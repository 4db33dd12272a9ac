import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { runCommand } from './support/run-command.ts';

const CASES = [
  { name: 'first words', line: 'shoal ', want: ['agent', 'job', 'run', 'kv'] },
  { name: 'words of a group', line: 'shoal job ', want: ['run', 'status', 'periodic'] },
  { name: 'the beginning of a word', line: 'shoal job st', want: ['start', 'status', 'stop'], only: true },
  { name: 'flags of a command', line: 'shoal job run -det', want: ['-detach'], only: true },
  { name: 'flags after an argument', line: 'shoal job run web.nomad -chec', want: ['-check-index'], only: true },
  { name: 'flags of a short word', line: 'shoal run -preserve', want: ['-preserve-counts'], only: true },
];

test.each(CASES)('bash completes $name', async ({ line, want, only }) => {
  const { out } = await runCommand('shoal', ['completion', 'bash']);
  const words = line.split(' ');
  const probe = `${out}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_shoal
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', probe], { encoding: 'utf8' });
  const found = stdout.trim().split('\n');
  expect(stderr).not.toMatch(/error/i);
  if (only) expect(found.sort()).toEqual(want);
  else expect(found).toEqual(expect.arrayContaining(want));
});

test('a tool completes its own commands', async () => {
  const { out } = await runCommand('consul', ['completion', 'bash']);
  expect(out).toContain('_consul()');
  expect(out).toContain('"kv get")');
  expect(out).not.toContain('"job run")');
});

test('other shells', async () => {
  expect((await runCommand('shoal', ['completion', 'zsh'])).out).toMatch(/^#compdef shoal/);
  expect((await runCommand('shoal', ['completion', 'fish'])).out).toContain('complete -c shoal');
  expect(await runCommand('shoal', ['completion', 'bsh'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('"bash"'),
  });
});
