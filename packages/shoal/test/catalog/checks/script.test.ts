import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runScriptCheck } from '../../../src/catalog/checks/script.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const script = (text: string, timeoutMs = 5_000) => ({
  ...({ kind: 'script', args: ['/bin/sh', '-c', text], intervalMs: 1_000, timeoutMs } as const),
});
const never = new AbortController().signal;

describe('a script check', () => {
  test.each([
    { name: 'passes with 0', given: script('echo fine'), want: { status: 'passing', output: 'fine\n' } },
    { name: 'warns with 1', given: script('echo so-so >&2; exit 1'), want: { status: 'warning', output: 'so-so\n' } },
    { name: 'is critical with 2', given: script('exit 2'), want: { status: 'critical', output: '' } },
    { name: 'is critical when it is killed', given: script('kill -9 $$'), want: { status: 'critical', output: '' } },
    {
      name: 'is critical when it takes too long',
      given: script('echo begun; sleep 60', 100),
      want: { status: 'critical', output: 'Timed out (0.1s) running check\n\nbegun\n' },
    },
  ])('$name', async ({ given, want }) => {
    expect(await runScriptCheck(given, never)).toEqual(want);
  });

  test('that cannot be started is critical', async () => {
    const outcome = await runScriptCheck({ ...script(''), args: ['/no/such/program'] }, never);
    expect(outcome.status).toBe('critical');
    expect(outcome.output).toContain('ENOENT');
  });

  test('keeps the beginning of its output, and says how much there was', async () => {
    const { output } = await runScriptCheck(script('yes x | head -c 100000'), never);
    expect(output.length).toBeLessThan(4_200);
    expect(output).toContain('captured 4096 of');
  });

  test('takes what it started with it, and waits for no output of theirs', async () => {
    const file = join(await tempDir(), 'pid');
    const outcome = await runScriptCheck(script(`sleep 60 & echo $! > ${file}; sleep 60`, 200), never);
    expect(outcome.status).toBe('critical');
    const pid = Number(readFileSync(file, 'utf8'));
    await until('its child is gone', () => !isRunning(pid));
  });
});

function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
  } catch {
    return false;
  }
}
