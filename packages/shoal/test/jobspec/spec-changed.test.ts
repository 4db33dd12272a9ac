import type { Job, JobInput } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { canonicalize } from '../../src/jobspec/canonicalize.ts';
import { specChanged } from '../../src/jobspec/spec-changed.ts';
import { toStored } from '../../src/jobspec/stored.ts';

const stored = (input: JobInput) => toStored(canonicalize({ ID: 'j', Datacenters: ['dc1'], ...input }));

describe('registering makes a new version', () => {
  const cases: { name: string; after: Job; want: boolean }[] = [
    { name: 'not when nothing changed', after: stored({}), want: false },
    {
      name: 'not for what servers write',
      after: { ...stored({}), Version: 4, Status: 'running', ModifyIndex: 9 },
      want: false,
    },
    { name: 'not for an empty list instead of none', after: stored({ Meta: {}, Constraints: [] }), want: false },
    { name: 'for a priority', after: stored({ Priority: 51 }), want: true },
    { name: 'for a stop', after: stored({ Stop: true }), want: true },
    { name: 'for a group', after: stored({ TaskGroups: [{ Name: 'g' }] }), want: true },
  ];
  test.each(cases)('$name', ({ after, want }) => expect(specChanged(stored({}), after)).toBe(want));
});
