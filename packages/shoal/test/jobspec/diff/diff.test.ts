import type { Job, JobInput } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { canonicalize } from '../../../src/jobspec/canonicalize.ts';
import { annotate, type DesiredUpdates } from '../../../src/jobspec/diff/annotate.ts';
import { diff } from '../../../src/jobspec/diff/diff.ts';
import type { JobDiff } from '../../../src/jobspec/diff/types.ts';
import { toStored } from '../../../src/jobspec/stored.ts';
import { firstDifference } from '../compare.ts';
import { recordedSteps, sentJob } from '../recorded-jobs.ts';

type Plan = { Diff: JobDiff; Annotations: { DesiredTGUpdates: Record<string, DesiredUpdates> } };

const stored = (input: JobInput) => toStored(canonicalize(input));

function plansOf(scenario: string) {
  let before: Job | undefined;
  const plans: { name: string; before: Job | undefined; after: Job; plan: Plan }[] = [];
  for (const { step, answer } of recordedSteps(scenario)) {
    if (step.path === '/v1/jobs') before = stored(sentJob(step));
    if (step.path?.endsWith('/plan') && step.body?.Diff)
      plans.push({ name: answer.step, before, after: stored(sentJob(step)), plan: answer.json as Plan });
  }
  return plans;
}

describe.each(['jobs-plan-new', 'jobs-plan-change'])('recorded plans: %s', (scenario) => {
  test.each(plansOf(scenario))('$name', ({ before, after, plan }) => {
    const got = annotate(diff(before, after), plan.Annotations.DesiredTGUpdates);
    expect(firstDifference(plan.Diff, got)).toBeUndefined();
  });
});

test('diffs of recorded versions, newest first', () => {
  const steps = recordedSteps('jobs-versions');
  const versions = steps.filter(({ step }) => step.path === '/v1/jobs').map(({ step }) => stored(sentJob(step)));
  const want = steps.find(({ step }) => step.path?.endsWith('versions?diffs=true'))?.answer.json;
  const got = [diff(versions[1], versions[2] as Job), diff(versions[0], versions[1] as Job)];
  expect(firstDifference(want, got)).toBeUndefined();
});

describe('blocks of lists', () => {
  const withGroup = (group: object) => stored({ ID: 'j', TaskGroups: [{ Name: 'g', ...group }] });
  const objects = (before: object, after: object) =>
    diff(withGroup(before), withGroup(after)).TaskGroups?.[0]?.Objects?.map((each) => `${each.Type} ${each.Name}`);
  const service = (more: object) => ({ Services: [{ Name: 's', ...more }] });
  const constraint = (value: string) => ({ Constraints: [{ LTarget: 'a', RTarget: value, Operand: '=' }] });
  const cases = [
    {
      name: 'a service is known by its name',
      given: [service({}), service({ PortLabel: 'p' })],
      want: ['Edited Service'],
    },
    {
      name: 'a constraint is known by all it says',
      given: [constraint('1'), constraint('2')],
      want: ['Deleted Constraint', 'Added Constraint'],
    },
    { name: 'equal ones are counted', given: [{}, { Volumes: { v: { Type: 'host' } } }], want: ['Added Volume'] },
    {
      name: 'tags are a list in a service',
      given: [service({ Tags: ['a'] }), service({ Tags: ['b'] })],
      want: ['Edited Service'],
    },
    { name: 'nothing changed', given: [service({ Tags: ['a'] }), service({ Tags: ['a'] })], want: undefined },
  ];
  test.each(cases)('$name', ({ given, want }) => expect(objects(given[0] as object, given[1] as object)).toEqual(want));
});

test('nested configuration is flattened', () => {
  const task = (config: object) => ({ Name: 't', Driver: 'docker', Config: config });
  const job = (config: object) => stored({ ID: 'j', TaskGroups: [{ Name: 'g', Tasks: [task(config)] }] });
  const changed = diff(job({ port_map: [{ http: 80 }] }), job({ port_map: [{ http: 81 }] }));
  expect(changed.TaskGroups?.[0]?.Tasks?.[0]?.Objects?.[0]?.Fields).toEqual([
    { Type: 'Edited', Name: 'port_map[0][http]', Old: '80', New: '81', Annotations: null },
  ]);
});
