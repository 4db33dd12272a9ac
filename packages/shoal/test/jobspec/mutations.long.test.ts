import { readdirSync, readFileSync } from 'node:fs';
import { evaluate, format, parse, standardFunctions } from '@shoal/hcl';
import { describe, expect, test } from 'vitest';
import { canonicalJob } from '../../src/jobspec/canonicalize.ts';
import { parseJob } from '../../src/jobspec/parse/parse-job.ts';
import { diagnose } from '../../src/jobspec/validate/diagnose.ts';
import { goldenFolder } from '../support/golden.ts';
import { runs, seed, survive } from '../support/mutations.ts';

function read(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.hcl'));
  return names.map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
}

const corpus = [
  ...read(goldenFolder('jobspec', 'valid')),
  ...read(goldenFolder('jobspec', 'invalid')),
  ...read(new URL('corpus', import.meta.url).pathname),
];
const PIECES = [
  '{',
  '}',
  '"',
  '${',
  '%{',
  '<<E\n',
  '\n',
  '[',
  ']',
  '(',
  ')',
  '=',
  '*',
  '.',
  'for x in ',
  'null',
  '\0',
  '\\',
  '🦊',
  'regex_replace("a", "(a*)*b", "")',
  'dynamic "x" {',
  '"${"${"${',
  '[[[[[[',
  '{{{{',
];

test(`${runs} mutations of job files are read or refused, each soon (seed ${seed})`, {
  timeout: 8 * 3_600_000,
}, async () => {
  await survive(corpus, PIECES, (source, run) => {
    const { job, diagnostics, placeOf } = parseJob(source, { filename: 'x.hcl' });
    if (job) diagnose(canonicalJob(job), placeOf);
    else if (diagnostics.length === 0) throw new Error('refused without a word');
    if (run % 10 === 0) format(source, 'x.hcl');
  });
});

describe('ten times the text takes about ten times as long', () => {
  const repeat = (text: string) => (times: number) => text.repeat(times);
  const cases = [
    { name: 'blocks', of: repeat('b "x" {\n  a = 1\n}\n') },
    {
      name: 'arguments',
      of: (times: number) => Array.from({ length: times }, (_, i) => `a${i} = "x\${upper("y")}"\n`).join(''),
    },
    { name: 'one long list', of: (times: number) => `a = [${'1, '.repeat(times * 5)}]\n` },
    { name: 'one long text', of: (times: number) => `a = <<E\n${'text ${1} more\n'.repeat(times)}E\n` },
    { name: 'mistakes', of: repeat('= = "\n}\n') },
    { name: 'quotes that are not closed', of: repeat('a = "${"\n') },
    { name: 'comments', of: repeat('/* * / */ # x\n') },
  ];
  // Processor time: others on the machine do not count.
  const msFor = (source: string) => {
    const times = Array.from({ length: 5 }, () => {
      const started = process.cpuUsage();
      const { body } = parse(source, 'x');
      for (const { expression } of body.attributes.values())
        evaluate(expression, { variables: new Map(), functions: standardFunctions });
      const { user, system } = process.cpuUsage(started);
      return (user + system) / 1_000;
    });
    return Math.min(...times);
  };
  test.each(cases)('$name', ({ name, of }) => {
    const [small, large] = [msFor(of(2_000)), msFor(of(20_000))];
    console.log(`${name}: ${small.toFixed(1)} ms, ${large.toFixed(1)} ms, ${(large / small).toFixed(1)} times`);
    expect(large).toBeLessThan(Math.max(small, 5) * 40);
  });
});
