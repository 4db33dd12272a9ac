import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from '@shoal/hcl';
import { describe, expect, test } from 'vitest';
import { canonicalJob } from '../../src/jobspec/canonicalize.ts';
import { parseJob } from '../../src/jobspec/parse/parse-job.ts';
import { readJob } from '../../src/jobspec/read.ts';
import { specChanged } from '../../src/jobspec/spec-changed.ts';
import { toStored } from '../../src/jobspec/stored.ts';
import { diagnose } from '../../src/jobspec/validate/diagnose.ts';

/** Job files as people write them: one for each corner of the job specification. */
const folder = fileURLToPath(new URL('corpus/', import.meta.url));
const files = readdirSync(folder).map((name) => ({ name, source: readFileSync(`${folder}${name}`, 'utf8') }));

describe.each(files)('$name', ({ name, source }) => {
  const { job, diagnostics, placeOf } = parseJob(source, { filename: name });
  if (!job) throw new Error(`${name} is refused: ${JSON.stringify(diagnostics)}`);
  const canonical = canonicalJob(job);

  test('nothing is wrong with it', () => {
    const errors = diagnose(canonical, placeOf).filter(({ severity }) => severity === 'error');
    expect([diagnostics, errors]).toEqual([[], []]);
  });

  test('it is the same after a round through JSON', () => {
    const printed = JSON.stringify({ Job: canonical });
    const again = parseJob(printed, { filename: 'job.json' });
    expect(again.diagnostics).toEqual([]);
    expect(canonicalJob(again.job as NonNullable<typeof again.job>)).toEqual(JSON.parse(JSON.stringify(canonical)));
  });

  test('it is the same after being stored, shown and registered again', () => {
    const stored = toStored(canonical);
    const shown: unknown = JSON.parse(JSON.stringify(stored));
    const { job: read, errors, unknown } = readJob(shown);
    expect([errors, unknown]).toEqual([[], []]);
    expect(specChanged(stored, toStored(canonicalJob(read)))).toBe(false);
  });

  test('its layout can be made canonical without changing it', () => {
    const text = format(source, name).text as string;
    const formatted = parseJob(text, { filename: name }).job;
    expect(formatted && canonicalJob(formatted)).toEqual(canonical);
    expect(format(text, name).text).toBe(text);
  });
});
