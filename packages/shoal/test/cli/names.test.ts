import { describe, expect, test } from 'vitest';
import { type ProgramName, resolveCommand } from '../../src/cli/resolve-command.ts';
import { runCommand } from './support/run-command.ts';

const CASES: { as: ProgramName; words: string; want: string }[] = [
  { as: 'shoal', words: 'job run web.nomad', want: 'job run | web.nomad' },
  { as: 'shoal', words: 'run -detach web.nomad', want: 'job run | -detach web.nomad' },
  { as: 'shoal', words: 'kv get a', want: 'kv get | a' },
  { as: 'shoal', words: 'members', want: 'members |' },
  { as: 'shoal', words: 'validate x', want: 'config validate | x' },
  { as: 'shoal', words: '-version', want: 'version |' },
  { as: 'shoal', words: 'job periodic force x', want: 'job periodic force | x' },
  { as: 'nomad', words: 'run frontserve.nomad', want: 'job run | frontserve.nomad' },
  { as: 'nomad', words: 'status', want: 'status |' },
  { as: 'nomad', words: 'stop --purge web', want: 'job stop | --purge web' },
  { as: 'nomad', words: 'plan x', want: 'job plan | x' },
  { as: 'nomad', words: 'job run x', want: 'job run | x' },
  { as: 'nomad', words: 'alloc status -stats a', want: 'alloc status | -stats a' },
  { as: 'nomad', words: 'node status', want: 'node status |' },
  { as: 'nomad', words: 'server members', want: 'server members |' },
  { as: 'nomad', words: 'validate x', want: 'job validate | x' },
  { as: 'nomad', words: 'agent -config=/etc/nomad.d', want: 'agent | -config=/etc/nomad.d' },
  { as: 'consul', words: 'members', want: 'members |' },
  { as: 'consul', words: 'validate x', want: 'config validate | x' },
  { as: 'consul', words: 'agent -config-file=x', want: 'agent | -config-file=x' },
  { as: 'consul', words: 'catalog services', want: 'catalog services |' },
  { as: 'consul', words: 'job run x', want: 'unknown: job' },
  { as: 'consul', words: 'run x', want: 'unknown: run' },
  { as: 'nomad', words: 'members', want: 'unknown: members' },
  { as: 'shoal', words: 'job', want: 'help: job' },
  { as: 'shoal', words: 'job -h', want: 'help: job asked' },
  { as: 'shoal', words: 'help job', want: 'help: job asked' },
  { as: 'shoal', words: 'help job run', want: 'job run | -h' },
  { as: 'shoal', words: 'job periodic', want: 'help: job periodic' },
  { as: 'shoal', words: '', want: 'help:' },
  { as: 'shoal', words: 'job rnu', want: 'unknown: job rnu' },
];

test.each(CASES)('$as $words', ({ as, words, want }) => {
  expect(shown(as, words)).toBe(want);
});

function shown(as: ProgramName, words: string): string {
  const target = resolveCommand(as, words === '' ? [] : words.split(' '));
  if (target.kind === 'command') return `${target.name} | ${target.words.join(' ')}`.trimEnd();
  if (target.kind === 'help') return `help: ${target.group}${target.asked ? ' asked' : ''}`.trimEnd();
  return `unknown: ${target.words}`;
}

test('each name has an agent of its own', () => {
  const loads = (['shoal', 'nomad', 'consul'] as const).map((as) => {
    const target = resolveCommand(as, ['agent']);
    return target.kind === 'command' ? target.entry.load : undefined;
  });
  expect(new Set(loads).size).toBe(3);
});

describe('what is told', () => {
  const TOLD = [
    { name: 'an unknown command', words: ['job', 'rnu'], code: 127, err: 'Did you mean "shoal job run"?' },
    { name: 'an unknown flag', words: ['job', 'run', '-detahc', 'x'], code: 1, err: 'Did you mean "-detach"?' },
    { name: 'a missing argument', words: ['job', 'run'], code: 1, err: 'an argument is missing: [flags] FILE' },
    { name: 'one argument too many', words: ['job', 'run', 'a', 'b'], code: 1, err: '"b" is too much' },
    {
      name: 'a plan that cannot be made',
      words: ['job', 'plan', '/nowhere.nomad'],
      code: 255,
      err: 'cannot read /nowhere.nomad',
    },
    {
      name: 'an address that is none',
      words: ['status', '-address', 'ftp://x'],
      code: 1,
      err: '"ftp://x" (-address or NOMAD_ADDR)',
    },
    { name: 'nobody there', words: ['status', '-address', '127.0.0.1:1'], code: 1, err: 'Is the agent running?' },
  ];
  test.each(TOLD)('$name', async ({ words, code, err }) => {
    const ran = await runCommand('shoal', words);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err).toContain(err);
  });

  test('all commands, without one', async () => {
    expect(await runCommand('shoal', [])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('Commands:'),
    });
    expect(await runCommand('shoal', ['-h'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('Commands:'),
    });
  });
});
