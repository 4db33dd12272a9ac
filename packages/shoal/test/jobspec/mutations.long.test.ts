import { readdirSync, readFileSync } from 'node:fs';
import { evaluate, format, parse, standardFunctions } from '@shoal/hcl';
import { describe, expect, test } from 'vitest';
import { canonicalJob } from '../../src/jobspec/canonicalize.ts';
import { parseJob } from '../../src/jobspec/parse/parse-job.ts';
import { diagnose } from '../../src/jobspec/validate/diagnose.ts';
import { goldenFolder } from '../support/golden.ts';

/** SHOAL_SEED repeats a run; SHOAL_RUNS makes it shorter. */
const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 2 ** 31);
const runs = Number(process.env['SHOAL_RUNS'] ?? 1_000_000);
/** What a single input of a few kilobytes may take at most, on a busy machine. */
const LONGEST_MS = 3_000;

/** Mulberry32: small, and the same everywhere. */
function random(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

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

function mutated(next: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  let text = pick(corpus);
  for (let changes = 1 + Math.floor(next() * 4); changes > 0; changes--) {
    const at = Math.floor(next() * text.length);
    const cut = next() < 0.5 ? 0 : Math.floor(next() * 40);
    const other = pick(corpus);
    const piece =
      next() < 0.6 ? pick(PIECES) : other.slice(Math.floor(next() * other.length)).slice(0, Math.floor(next() * 200));
    text = text.slice(0, at) + piece + text.slice(at + cut);
  }
  return text;
}

test(`${runs} mutations of job files are read or refused, each soon (seed ${seed})`, { timeout: 4 * 3_600_000 }, () => {
  const next = random(seed);
  for (let run = 0; run < runs; run++) {
    const source = mutated(next);
    const started = performance.now();
    try {
      const { job, diagnostics, placeOf } = parseJob(source, { filename: 'x.hcl' });
      if (job) diagnose(canonicalJob(job), placeOf);
      else if (diagnostics.length === 0) throw new Error('refused without a word');
      if (run % 10 === 0) format(source, 'x.hcl');
    } catch (cause) {
      throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify(source)}`, { cause });
    }
    const took = performance.now() - started;
    if (took > LONGEST_MS) throw new Error(`seed ${seed}, run ${run}: ${took} ms for ${JSON.stringify(source)}`);
  }
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
  const msFor = (source: string) => {
    const times = Array.from({ length: 3 }, () => {
      const started = performance.now();
      const { body } = parse(source, 'x');
      for (const { expression } of body.attributes.values())
        evaluate(expression, { variables: new Map(), functions: standardFunctions });
      return performance.now() - started;
    });
    return Math.min(...times);
  };
  test.each(cases)('$name', ({ name, of }) => {
    const [small, large] = [msFor(of(2_000)), msFor(of(20_000))];
    console.log(`${name}: ${small.toFixed(1)} ms, ${large.toFixed(1)} ms, ${(large / small).toFixed(1)} times`);
    expect(large).toBeLessThan(Math.max(small, 5) * 40);
  });
});
