import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJobFile } from '../../src/cli/job-file.ts';
import { capturedIo } from './support/captured-io.ts';

const JOB = `variable "a" { default = "default" }
variable "b" { default = "default" }
variable "list" {
  type    = list(number)
  default = []
}
job "j" {
  datacenters = ["dc1"]
  meta {
    a    = var.a
    b    = var.b
    list = jsonencode(var.list)
  }
}
`;

let folder: string;
const path = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-job-file-'));
  for (const name of ['plain', 'auto']) mkdirSync(path(name));
  for (const name of ['plain/j.nomad', 'auto/j.nomad']) writeFileSync(path(name), JOB);
  writeFileSync(path('auto/1.auto.vars.hcl'), 'a = "auto 1"\nb = "auto 1"\nsomebody_elses = 1\n');
  writeFileSync(path('auto/2.auto.vars.json'), '{ "b": "auto 2", "list": [1, 2] }');
  writeFileSync(path('given.hcl'), 'a = "file"\n');
  writeFileSync(path('plain/text.txt'), 'beside the job');
  writeFileSync(
    path('plain/reads.nomad'),
    'job "j" {\n  meta {\n    text = file("text.txt")\n    there = fileexists("text.txt")\n    all = jsonencode(fileset(".", "*.txt"))\n  }\n}\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function meta(name: string, given: { var?: string[]; files?: string[]; env?: Record<string, string> } = {}) {
  const io = capturedIo();
  const flags = {
    var: given.var ?? [],
    'var-file': given.files ?? [],
    json: undefined,
    hcl1: undefined,
    'hcl2-strict': undefined,
  };
  const { job } = await readJobFile({ path: path(name), flags, io, env: given.env ?? {} });
  return { meta: job.Meta, told: io.complained() };
}

describe('values of variables, those that count more further down', () => {
  const NOMAD_VAR_a = 'environment';
  const cases = [
    { name: 'defaults', file: 'plain/j.nomad', given: {}, want: { a: 'default', b: 'default', list: '[]' } },
    { name: 'the environment', file: 'plain/j.nomad', given: { env: { NOMAD_VAR_a } }, want: { a: 'environment' } },
    {
      name: 'files beside the job file, by their names',
      file: 'auto/j.nomad',
      given: { env: { NOMAD_VAR_a } },
      want: { a: 'auto 1', b: 'auto 2', list: '[1,2]' },
    },
    {
      name: 'a file that is named',
      file: 'auto/j.nomad',
      given: { files: ['given.hcl'] },
      want: { a: 'file', b: 'auto 2' },
    },
    {
      name: 'the command line',
      file: 'auto/j.nomad',
      given: { files: ['given.hcl'], var: ['a=x', 'list=[3]'] },
      want: { a: 'x', list: '[3]' },
    },
  ];
  test.each(cases)('$name', async ({ file, given, want }) => {
    const { files = [] } = given as { files?: string[] };
    const found = await meta(file, { ...given, files: files.map(path) });
    expect(found.meta).toMatchObject(want);
    expect(found.told).toBe('');
  });
});

test('files that are not in the current folder are looked for beside the job file', async () => {
  const found = await meta('plain/reads.nomad');
  expect(found.meta).toMatchObject({ text: 'beside the job', there: 'true' });
});

test('a file of values that is not there', async () => {
  await expect(meta('plain/j.nomad', { files: [path('none.hcl')] })).rejects.toThrow('there is no such file');
});
