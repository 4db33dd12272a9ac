import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-console-'));
  path = join(folder, 'j.nomad');
  writeFileSync(
    path,
    'variable "n" {\n  type = number\n}\nlocals {\n  twice = var.n * 2\n}\njob "j" {\n  typo = 1\n}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  { given: '1 + 2', want: '3\n' },
  { given: '[for s in ["a", "b"] : upper(s)]', want: '[\n  "A",\n  "B",\n]\n' },
  { given: '{ a = [], "b c" = { d = null } }', want: '{\n  a = []\n  "b c" = {\n    d = null\n  }\n}\n' },
  { given: '"$${x}"', want: '"$${x}"\n' },
  { given: '10000000000000000000000001', want: '10000000000000000000000001\n' },
])('$given', async ({ given, want }) => {
  expect(await runCommand('shoal', ['console'], { input: `${given}\n` })).toEqual({ code: 0, out: want, err: '' });
});

test("with a job file's variables and locals", async () => {
  const ran = await runCommand('shoal', ['console', '-var', 'n=21', path], { input: 'local.twice\n\nvar.n\n' });
  expect(ran).toEqual({ code: 0, out: '42\n21\n', err: '' });
});

test('an expression without a value is told, the others are evaluated', async () => {
  const { code, out, err } = await runCommand('shoal', ['console'], { input: 'upperr("a")\n1 +\n7\n' });
  expect([code, out]).toEqual([1, '7\n']);
  expect(err).toContain('did you mean upper?');
});
