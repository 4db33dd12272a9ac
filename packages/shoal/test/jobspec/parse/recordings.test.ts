import type { Diagnostic } from '@shoal/hcl';
import { describe, expect, test } from 'vitest';
import { canonicalJob } from '../../../src/jobspec/canonicalize.ts';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';
import { goldenJson, goldenNames, goldenText } from '../../support/golden.ts';
import { firstDifference } from '../compare.ts';

const parseGolden = (folder: string, name: string) =>
  parseJob(goldenText('jobspec', folder, `${name}.nomad.hcl`), { filename: 'input.hcl' });

const briefly = ({ summary, detail, range }: Diagnostic) =>
  `${range?.filename}:${range?.start.line},${range?.start.column}: ${summary}; ${detail}`;

describe('job files that the real program accepted', () => {
  test.each(goldenNames('.nomad.hcl', 'jobspec', 'valid'))('%s', (name) => {
    const { job, diagnostics } = parseGolden('valid', name);
    expect(diagnostics.map(briefly)).toEqual([]);
    if (job === undefined) throw new Error('no job');
    expect(firstDifference(goldenJson('jobspec', 'valid', `${name}.parsed.json`), job)).toBeUndefined();
    const want = goldenJson('jobspec', 'valid', `${name}.canonical.json`);
    expect(firstDifference(want, canonicalJob(job))).toBeUndefined();
  });
});

describe('job files that the real program refused', () => {
  test.each(goldenNames('.nomad.hcl', 'jobspec', 'invalid'))('%s', (name) => {
    const { job, diagnostics } = parseGolden('invalid', name);
    expect(job).toBeUndefined();
    const recorded = goldenText('jobspec', 'invalid', `${name}.error.txt`).split('\n')[0] ?? '';
    const wantLine = /^input\.hcl:(\d+),/.exec(recorded)?.[1];
    const lines = diagnostics.map((each) => each.range?.start.line);
    expect(diagnostics.length).toBeGreaterThan(0);
    if (wantLine !== undefined) expect(lines, diagnostics.map(briefly).join('\n')).toContain(Number(wantLine));
  });
});
