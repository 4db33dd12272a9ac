import type { JobInput } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { canonicalize } from '../../src/jobspec/canonicalize.ts';
import { goldenJson, goldenNames } from '../support/golden.ts';
import { firstDifference } from './compare.ts';

describe('recorded jobs get the recorded defaults', () => {
  test.each(goldenNames('.parsed.json', 'jobspec', 'valid'))('%s', (name) => {
    const input = goldenJson('jobspec', 'valid', `${name}.parsed.json`) as JobInput;
    const before = structuredClone(input);
    const want = goldenJson('jobspec', 'valid', `${name}.canonical.json`);
    expect(firstDifference(want, canonicalize(input))).toBeUndefined();
    expect(input).toEqual(before);
  });
});
