import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';

const UGLY = 'job "x" {\ntype="batch"\n    priority = 50\n}\n';
const NEAT = 'job "x" {\n  type     = "batch"\n  priority = 50\n}\n';

let folder: string;
const path = (name: string) => join(folder, name);
const textAt = (name: string) => readFileSync(path(name), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-fmt-'));
  mkdirSync(path('deep'));
  for (const name of ['a.nomad', 'deep/b.hcl', 'notes.txt']) writeFileSync(path(name), UGLY);
  writeFileSync(path('neat.hcl'), NEAT);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('writes and lists what is not neat in a folder', async () => {
  expect(await runCommand('nomad', ['fmt', folder])).toEqual({ code: 0, out: `${path('a.nomad')}\n`, err: '' });
  expect([textAt('a.nomad'), textAt('deep/b.hcl'), textAt('notes.txt')]).toEqual([NEAT, UGLY, UGLY]);
});

test('folders inside of folders', async () => {
  const { out } = await runCommand('shoal', ['fmt', '-recursive', '-list=false', folder]);
  expect([out, textAt('deep/b.hcl')]).toEqual(['', NEAT]);
});

test('a file by its name, whatever it is called', async () => {
  await runCommand('shoal', ['fmt', path('notes.txt')]);
  expect(textAt('notes.txt')).toBe(NEAT);
});

test('-check and -write=false change nothing', async () => {
  expect(await runCommand('shoal', ['fmt', '-check', folder])).toMatchObject({ code: 1, out: `${path('a.nomad')}\n` });
  expect(await runCommand('shoal', ['fmt', '-check', path('neat.hcl')])).toEqual({ code: 0, out: '', err: '' });
  expect(await runCommand('shoal', ['fmt', '-write=false', folder])).toMatchObject({ code: 0 });
  expect(textAt('a.nomad')).toBe(UGLY);
});

test('the standard input goes to the standard output', async () => {
  expect(await runCommand('shoal', ['fmt', '-'], { input: UGLY })).toEqual({ code: 0, out: NEAT, err: '' });
  expect(await runCommand('shoal', ['fmt', '-check', '-'], { input: UGLY })).toEqual({ code: 1, out: '', err: '' });
});

test('a file with mistakes is told about and left alone, the others are not', async () => {
  writeFileSync(path('wrong.hcl'), 'a = \n');
  const { code, err } = await runCommand('shoal', ['fmt', folder]);
  expect([code, textAt('wrong.hcl'), textAt('a.nomad')]).toEqual([1, 'a = \n', NEAT]);
  expect(err).toContain(`${path('wrong.hcl')}:1:`);
});

test('mistakes as JSON', async () => {
  const { out } = await runCommand('shoal', ['fmt', '-json', '-'], { input: 'a = \n' });
  expect(JSON.parse(out)).toMatchObject({
    valid: false,
    error_count: 1,
    diagnostics: [{ severity: 'error', range: { filename: 'stdin', start: { line: 1 } }, snippet: { code: 'a = ' } }],
  });
});

test('a path that is not there', async () => {
  const { code, err } = await runCommand('shoal', ['fmt', path('none')]);
  expect([code, err]).toEqual([1, `Error: there is no file or folder ${path('none')}\n`]);
});
