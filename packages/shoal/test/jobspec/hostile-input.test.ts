import type { JobInput } from '@shoal/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalize, canonicalJob } from '../../src/jobspec/canonicalize.ts';
import { diff } from '../../src/jobspec/diff/diff.ts';
import { parseJob } from '../../src/jobspec/parse/parse-job.ts';
import { readJob } from '../../src/jobspec/read.ts';
import type { Struct } from '../../src/jobspec/schema/field.ts';
import { job as jobStruct } from '../../src/jobspec/schema/job.ts';
import { specChanged } from '../../src/jobspec/spec-changed.ts';
import { toStored } from '../../src/jobspec/stored.ts';
import { tasksUpdated } from '../../src/jobspec/tasks-updated.ts';
import { validate } from '../../src/jobspec/validate/validate.ts';
import { goldenNames, goldenText } from '../support/golden.ts';

/** Objects with the field names of a block, and values that are mostly wrong. */
function hostile(struct: Struct, depth: number): fc.Arbitrary<unknown> {
  const model = Object.fromEntries(
    Object.entries(struct.fields).map(([name, field]) => {
      if (!('struct' in field) || depth === 0) return [name, fc.jsonValue({ maxDepth: 1 })];
      const inner = hostile(field.struct, depth - 1);
      const whole = field.kind === 'structs' ? fc.array(inner, { maxLength: 2 }) : inner;
      return [name, fc.oneof({ weight: 9, arbitrary: whole }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) })];
    }),
  );
  return fc.record(model, { requiredKeys: [] });
}

test('no API JSON makes the way from reading to storing and comparing fail', () => {
  fc.assert(
    fc.property(hostile(jobStruct, 3), hostile(jobStruct, 3), (left, right) => {
      const [before, after] = [left, right].map((each) => {
        const job = canonicalJob(readJob(each).job);
        validate(job);
        return toStored(job);
      });
      if (!before || !after) return;
      expect(diff(before, before).Type).toBe('None');
      expect(specChanged(before, structuredClone(before))).toBe(false);
      expect(toStored(canonicalize(before as JobInput))).toEqual(before);
      diff(before, after);
      for (const group of after.TaskGroups ?? []) expect(tasksUpdated(group, structuredClone(group))).toBe(false);
    }),
    { numRuns: 60 },
  );
});

describe('no damage to a job file makes parsing throw', () => {
  const names = goldenNames('.nomad.hcl', 'jobspec', 'valid').filter((_name, i) => i % 9 === 0);
  const sources = names.map((name) => goldenText('jobspec', 'valid', `${name}.nomad.hcl`));
  const damage = fc.record({
    source: fc.constantFrom(...sources),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(12),
    insert: fc.constantFrom(
      '',
      '{',
      '}',
      '"',
      '${',
      '%{',
      '<<EOT\n',
      '=',
      '\n',
      '[',
      ']',
      'null',
      '\u0000',
      'dynamic "x" {',
    ),
  });
  test('cut and stuffed files', () => {
    fc.assert(
      fc.property(damage, ({ source, at, cut, insert }) => {
        const place = Math.floor(at * source.length);
        const damaged = source.slice(0, place) + insert + source.slice(place + cut);
        const { job, diagnostics } = parseJob(damaged, { filename: 'x.hcl' });
        expect(job !== undefined || diagnostics.length > 0).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
