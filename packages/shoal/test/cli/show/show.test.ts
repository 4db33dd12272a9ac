import type { AllocMetric, JobDiff } from '@shoal/api';
import { expect, test } from 'vitest';
import { paintFor } from '../../../src/cli/output/paint.ts';
import { jobDiff } from '../../../src/cli/show/job-diff.ts';
import { placementFailures } from '../../../src/cli/show/placement-failure.ts';
import { goldenText } from '../../support/golden.ts';

const metric = (given: Partial<AllocMetric>): AllocMetric => ({
  NodesEvaluated: 1,
  NodesFiltered: 0,
  NodesAvailable: { dc1: 1 },
  ClassFiltered: null,
  ConstraintFiltered: null,
  NodesExhausted: 0,
  ClassExhausted: null,
  DimensionExhausted: null,
  QuotaExhausted: null,
  Scores: null,
  ScoreMetaData: null,
  AllocationTime: 0,
  CoalescedFailures: 0,
  ...given,
});

const FAILURES = [
  {
    name: 'a constraint',
    given: { NodesFiltered: 1, ConstraintFiltered: { 'a = b': 1 } },
    want: ['Constraint "a = b": 1 node excluded by filter'],
  },
  {
    name: 'no memory',
    given: { NodesExhausted: 2, DimensionExhausted: { memory: 2 } },
    want: ['Resources exhausted on 2 nodes', 'Dimension "memory" exhausted on 2 nodes'],
  },
  {
    name: 'no nodes',
    given: { NodesEvaluated: 0, NodesAvailable: { dc2: 0 } },
    want: ['No nodes were eligible for evaluation', 'No nodes are available in datacenter "dc2"'],
  },
  { name: 'a class', given: { ClassFiltered: { big: 3 } }, want: ['Class "big": 3 nodes excluded by filter'] },
];

test.each(FAILURES)('why it was not placed: $name', ({ given, want }) => {
  expect(placementFailures({ g: metric({ ...given, CoalescedFailures: 4 }) })).toEqual([
    'Task Group "g" (failed to place 5 allocations):',
    ...want.map((line) => `  * ${line}`),
  ]);
});

const EDITED: JobDiff = {
  Type: 'Edited',
  ID: 'web',
  Fields: null,
  Objects: null,
  TaskGroups: [
    {
      Type: 'Edited',
      Name: 'front',
      Fields: [{ Type: 'Edited', Name: 'Count', Old: '2', New: '3', Annotations: ['forces create'] }],
      Objects: null,
      Tasks: [
        {
          Type: 'Edited',
          Name: 'server',
          Annotations: ['forces create/destroy update'],
          Fields: null,
          Objects: [
            {
              Type: 'Edited',
              Name: 'Resources',
              Fields: [
                { Type: 'Edited', Name: 'CPU', Old: '100', New: '120', Annotations: null },
                { Type: 'None', Name: 'DiskMB', Old: '0', New: '0', Annotations: null },
                { Type: 'None', Name: 'IOPS', Old: '0', New: '0', Annotations: null },
                { Type: 'None', Name: 'MemoryMB', Old: '64', New: '64', Annotations: null },
              ],
              Objects: null,
            },
          ],
        },
        { Type: 'None', Name: 'other', Annotations: null, Fields: null, Objects: null },
      ],
      Updates: { create: 1, ignore: 2 },
    },
  ],
};

test('a change looks as users know it', () => {
  const recorded = goldenText('nomad', 'cli', 'job-plan-change.txt').split('\n');
  const wanted = recorded.slice(1, recorded.indexOf('Scheduler dry-run:') - 1).join('\n');
  expect(jobDiff(EDITED, { paint: paintFor(false), verbose: false })).toBe(`${wanted}\n`);
});

test('what is new is shown whole only when asked for', () => {
  const added: JobDiff = {
    Type: 'Added',
    ID: 'web',
    Fields: [{ Type: 'Added', Name: 'Priority', Old: '', New: '50', Annotations: null }],
    Objects: null,
    TaskGroups: null,
  };
  expect(jobDiff(added, { paint: paintFor(false), verbose: false })).toBe('+ Job: "web"\n');
  expect(jobDiff(added, { paint: paintFor(false), verbose: true })).toBe('+ Job: "web"\n+ Priority: "50"\n');
});

test('blocks that come and go keep their braces below their names', () => {
  const diff: JobDiff = {
    Type: 'Edited',
    ID: 'j',
    Fields: [{ Type: 'Deleted', Name: 'Region', Old: 'x', New: '', Annotations: null }],
    Objects: [
      {
        Type: 'Added',
        Name: 'Update',
        Fields: [{ Type: 'Added', Name: 'Stagger', Old: '', New: '1', Annotations: null }],
        Objects: null,
      },
    ],
    TaskGroups: [],
  };
  expect(jobDiff(diff, { paint: paintFor(false), verbose: false })).toBe(
    ['+/- Job: "j"', '- Region: "x"', '+ Update {', '  + Stagger: "1"', '  }', ''].join('\n'),
  );
});
