import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from '@shoal/hcl';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-init-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  { name: 'full', flags: [] },
  { name: 'short', flags: ['-short'] },
])('the $name example', ({ name, flags }) => {
  const written = async () => {
    const path = join(folder, `${name}.nomad.hcl`);
    const ran = await runCommand('nomad', ['init', ...flags, path]);
    return { path, ...ran };
  };

  test('is a job without anything to say against it, in canonical layout', async () => {
    const { path, code, out } = await written();
    expect([code, out.split('\n')[0]]).toEqual([0, `Example job file written to ${path}`]);
    const checked = await runCommand('shoal', ['job', 'validate', path], { env: { NOMAD_ADDR: 'http://127.0.0.1:1' } });
    expect(checked).toMatchObject({ code: 0, err: '' });
    const text = readFileSync(path, 'utf8');
    expect(format(text, path).text).toBe(text);
  });

  test('is never written over a file', async () => {
    expect(await written()).toMatchObject({ code: 1, err: expect.stringContaining('exists already') });
  });
});
