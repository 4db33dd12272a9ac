import { readFileSync } from 'node:fs';
import { format } from '@shoal/hcl';
import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../src/cli/flags.ts';
import { resolveCommand } from '../../src/cli/resolve-command.ts';
import { canonicalJob } from '../../src/jobspec/canonicalize.ts';
import { parseJob } from '../../src/jobspec/parse/parse-job.ts';
import { diagnose } from '../../src/jobspec/validate/diagnose.ts';

const PAGE = readFileSync(new URL('../../../../docs/job-files.md', import.meta.url), 'utf8');

/** Examples are whole files, or what stands in a task or service. */
const AROUND: Readonly<Record<string, (text: string) => string>> = {
  file: (text) => text,
  task: (text) => inTask(`${text}`),
  service: (text) => inTask('', `service {\nname = "s"\n${text}\n}`),
};

function inTask(task: string, group = ''): string {
  return `job "j" {\ngroup "g" {\n${group}\ntask "t" {\ndriver = "raw_exec"\n${task}\n}\n}\n}\n`;
}

const examples = [...PAGE.matchAll(/```hcl (\w+)\n(.*?)```/gs)].map(([, kind = '', text = '']) => ({
  kind,
  text,
  name: text.split('\n').find((line) => /^(?:job|route|env) /.test(line)) ?? '',
}));

describe('examples of docs/job-files.md', () => {
  test('are there', () => expect(examples.length).toBeGreaterThanOrEqual(5));

  test.each(examples)('$kind: $name', ({ kind, text }) => {
    const around = AROUND[kind];
    if (!around) throw new Error(`an example of kind "${kind}"`);
    const { job, diagnostics, placeOf } = parseJob(around(text), { filename: 'job.hcl', variables: declared(text) });
    expect(diagnostics).toEqual([]);
    const found = job && diagnose({ ...canonicalJob(job), Datacenters: job.Datacenters ?? ['*'] }, placeOf);
    expect(found).toEqual([]);
    expect(format(text, 'job.hcl').text).toBe(text);
  });
});

/** Values for variables without a default. */
function declared(text: string): Record<string, string> {
  return text.includes('variable "image"') ? { image: 'web:1' } : {};
}

const lines = [...PAGE.matchAll(/`shoal ([^`]+)`/g)].map(([, line = '']) => line);

test.each(lines)('there is a command: shoal %s', async (line) => {
  const target = resolveCommand('shoal', line.split(' '));
  if (target.kind !== 'command') throw new Error(`no command: ${line}`);
  const { flags } = (await target.entry.load()).command;
  expect(() => parseFlags(flags, target.words)).not.toThrow();
});
