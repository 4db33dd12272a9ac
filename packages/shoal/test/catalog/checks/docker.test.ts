import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { runDockerCheck } from '../../../src/catalog/checks/docker.ts';
import type { DockerCheckRun } from '../../../src/catalog/registry/definitions.ts';
import { type DockerEngine, startDockerEngine } from '../../support/docker-engine.ts';

let engine: DockerEngine;
beforeAll(async () => {
  engine = await startDockerEngine();
  engine.docker('run', '-d', '--name', 'app', '--network', 'none', 'busybox', '/bin/busybox', 'sleep', '600');
}, 120_000);
afterAll(async () => {
  engine.docker('rm', '-f', 'app');
  await engine.stop();
}, 60_000);
afterEach(() => {
  vi.unstubAllEnvs();
});

const never = new AbortController().signal;

function check(args: readonly string[], given: Partial<DockerCheckRun> = {}, mostOutput = 4096) {
  vi.stubEnv('DOCKER_HOST', given.container === 'elsewhere' ? 'unix:///nowhere.sock' : engine.host);
  const run = { kind: 'docker', container: 'app', shell: '', args, intervalMs: 1_000, timeoutMs: 20_000 } as const;
  return runDockerCheck({ ...run, ...given }, never, mostOutput);
}

describe('a check inside of a container', () => {
  test.each([
    { name: 'exit code 0', args: ['/bin/sh', '-c', 'echo fine'], want: { status: 'passing', output: 'fine\n' } },
    {
      name: 'exit code 1',
      args: ['/bin/sh', '-c', 'echo hm >&2; exit 1'],
      want: { status: 'warning', output: 'hm\n' },
    },
    { name: 'exit code 2', args: ['/bin/sh', '-c', 'exit 2'], want: { status: 'critical', output: '' } },
    { name: 'a shell', args: ['echo', '$((6 * 7))'], shell: '/bin/sh', want: { status: 'passing', output: '42\n' } },
    {
      name: 'another machine than here',
      args: ['/bin/busybox', 'ls', '/'],
      want: { output: expect.stringContaining('bin') },
    },
    { name: 'a program that is not there', args: ['/nope'], want: { status: 'critical', output: /no such file/ } },
    {
      name: 'a container that is not there',
      args: ['x'],
      container: 'none',
      want: { status: 'critical', output: /No such container/ },
    },
    {
      name: 'an engine that is not there',
      args: ['x'],
      container: 'elsewhere',
      want: { status: 'critical', output: /set DOCKER_HOST/ },
    },
    {
      name: 'a program that takes too long',
      args: ['/bin/busybox', 'sleep', '30'],
      timeoutMs: 200,
      want: { status: 'critical', output: 'Timed out (0.2s) running check' },
    },
  ])('$name', async ({ args, want, name: _, ...given }) => {
    const outcome = await check(args, given);
    if ('status' in want) expect(outcome.status).toBe(want.status);
    if (want.output instanceof RegExp) expect(outcome.output).toMatch(want.output);
    else expect(outcome.output).toEqual(want.output);
  });

  test('keeps the beginning of a long output', async () => {
    const { output } = await check(['/bin/busybox', 'seq', '1', '100000'], {}, 20);
    expect(output).toMatch(/^1\n2\n3\n.* \.\.\. \(captured 20 of \d+ bytes\)$/s);
  });
});
