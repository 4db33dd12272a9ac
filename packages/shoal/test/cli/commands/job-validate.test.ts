import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';

const env = { NOMAD_ADDR: 'http://127.0.0.1:1' };
const GOOD =
  'job "j" {\n  datacenters = ["dc1"]\n  group "g" {\n    task "t" {\n      driver = "raw_exec"\n    }\n  }\n}\n';

let folder: string;
const path = (name: string) => join(folder, name);
const validate = (...words: string[]) => runCommand('shoal', ['job', 'validate', ...words], { env });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-validate-'));
  writeFileSync(path('good.nomad'), GOOD);
  writeFileSync(path('wrong.nomad'), GOOD.replace('group "g" {', 'group "g" {\n    count = -1'));
  writeFileSync(path('unread.nomad'), GOOD.replace('driver', 'drivr'));
  writeFileSync(path('job.json'), '{"Job":{"ID":"j","Datacenters":["dc1"],"TaskGroups":[]}}');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a good file, with no agent to ask', async () => {
  expect(await validate(path('good.nomad'))).toEqual({
    code: 0,
    out: 'Job validation successful (without an agent: drivers were not asked)\n',
    err: '',
  });
});

test('what a server would refuse, at its place', async () => {
  const { code, err } = await validate(path('wrong.nomad'));
  expect(code).toBe(1);
  expect(err).toContain("Error: Task group count can't be negative\n");
  expect(err).toContain(`${path('wrong.nomad')}:4:5`);
});

test('a job may run everywhere when its file does not say where', async () => {
  writeFileSync(path('anywhere.nomad'), GOOD.replace(/datacenters.*/, ''));
  expect(await validate(path('anywhere.nomad'))).toMatchObject({ code: 0, err: '' });
});

test('a file that cannot be read', async () => {
  const { code, err } = await validate(path('unread.nomad'));
  expect(code).toBe(1);
  expect(err).toContain('did you mean driver = …?');
});

test.each([
  { file: 'good.nomad', code: 0, want: { valid: true, error_count: 0, diagnostics: [] } },
  { file: 'wrong.nomad', code: 1, want: { valid: false, diagnostics: [{ range: { start: { line: 4, column: 5 } } }] } },
  { file: 'unread.nomad', code: 1, want: { valid: false, diagnostics: [{ remedy: 'did you mean driver = …?' }] } },
  { file: 'job.json', code: 1, want: { valid: false, diagnostics: [{ summary: 'Missing job task groups' }] } },
])('-json: $file', async ({ file, code, want }) => {
  const ran = await validate('-json', path(file));
  expect([ran.code, ran.err]).toEqual([code, '']);
  expect(JSON.parse(ran.out)).toMatchObject(want);
});
