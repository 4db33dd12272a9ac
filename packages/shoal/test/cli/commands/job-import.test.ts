import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';

const COMPOSE = 'services:\n  web:\n    image: "web:${TAG}"\n    ports: ["8080:80"]\n';

let folder: string;
const path = (name: string) => join(folder, name);
const run = (...words: string[]) => runCommand('shoal', ['job', 'import', ...words]);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-'));
  writeFileSync(path('compose.yaml'), COMPOSE);
  writeFileSync(path('.env'), '# values\nexport TAG="7"\n');
  writeFileSync(path('none.yaml'), 'a: 1\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('prints the job file, with the values of the .env file as defaults', async () => {
  const { code, out, err } = await run('-name', 'shop', path('compose.yaml'));
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('job "shop" {');
  expect(out).toContain('default = "7"');
});

test('what it prints can be run', async () => {
  const { out } = await run(path('compose.yaml'));
  const env = { NOMAD_ADDR: 'http://127.0.0.1:1' };
  expect(await runCommand('shoal', ['job', 'validate', '-'], { input: out, env })).toMatchObject({ code: 0, err: '' });
});

test('writes a file, but over none', async () => {
  expect(await run('-output', path('job.hcl'), path('compose.yaml'))).toMatchObject({ code: 0 });
  expect(readFileSync(path('job.hcl'), 'utf8')).toContain('image = "web:${var.TAG}"');
  expect(await run('-output', path('job.hcl'), path('compose.yaml'))).toMatchObject({ code: 1 });
});

test('a file that is no Compose file', async () => {
  const { code, err } = await run('-output', path('never'), path('none.yaml'));
  expect([code, err]).toEqual([
    1,
    `Error: ${path('none.yaml')} cannot be imported: there are no services in it: is it a Compose file?\n`,
  ]);
  expect(existsSync(path('never'))).toBe(false);
});
