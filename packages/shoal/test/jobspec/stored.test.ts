import type { Job, JobInput } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { canonicalize } from '../../src/jobspec/canonicalize.ts';
import { toStored } from '../../src/jobspec/stored.ts';
import { goldenJson, goldenNames } from '../support/golden.ts';
import { firstDifference } from './compare.ts';
import { type Answer, recordedSteps, type Step, sentJob } from './recorded-jobs.ts';

/** What servers count and decide themselves. */
const SERVERS_OWN = [
  'CreateIndex',
  'ModifyIndex',
  'JobModifyIndex',
  'SubmitTime',
  'Status',
  'Stable',
  'Stop',
  'Version',
];

function withoutServersOwn(job: Job): Partial<Job> {
  return Object.fromEntries(Object.entries(job).filter(([name]) => !SERVERS_OWN.includes(name)));
}

const scenarios = [
  'jobs-register-read',
  'jobs-defaults-service',
  'jobs-defaults-system',
  'jobs-versions',
  'jobs-dispatch',
  'jobs-periodic-force',
  'jobs-count-down',
];

/** Each `GET /v1/job/ID` with the last job that was registered before it. */
function readsOf(scenario: string): { name: string; sent: JobInput; read: Job }[] {
  const reads: { name: string; sent: JobInput; read: Job }[] = [];
  let sent: JobInput | undefined;
  for (const { step, answer } of recordedSteps(scenario)) {
    if (step.path === '/v1/jobs' && step.body?.Job) sent = sentJob(step);
    if (sent && isWholeRead(step, answer))
      reads.push({ name: `${scenario}: ${answer.step}`, sent, read: answer.json as Job });
  }
  return reads;
}

function isWholeRead(step: Step, answer: Answer): boolean {
  const job = answer.json as Partial<Job> | undefined;
  return /^\/v1\/job\/[^/]+$/.test(step.path ?? '') && Array.isArray(job?.TaskGroups) && job?.ParentID === '';
}

describe('jobs read back from the real program', () => {
  const reads = scenarios.flatMap(readsOf);
  test('there are recordings of this', () => expect(reads.length).toBeGreaterThan(5));
  test.each(reads)('$name', ({ sent, read }) => {
    const stored = toStored(canonicalize(sent));
    expect(firstDifference(withoutServersOwn(read), withoutServersOwn(stored))).toBeUndefined();
  });
});

describe('what is stored can be registered again and changes nothing', () => {
  test.each(goldenNames('.parsed.json', 'jobspec', 'valid'))('%s', (name) => {
    const once = toStored(canonicalize(goldenJson('jobspec', 'valid', `${name}.parsed.json`) as JobInput));
    const twice = toStored(canonicalize(once as JobInput));
    expect(twice.TaskGroups).toEqual(once.TaskGroups);
    expect(twice).toEqual(once);
  });
});

describe('names that are written out when a job is stored', () => {
  const service = (name: string, checks: object[] = []) => ({ Name: name, PortLabel: 'p', Checks: checks });
  const stored = (name: string) =>
    toStored(
      canonicalize({
        ID: 'shop',
        TaskGroups: [{ Name: 'front', Tasks: [{ Name: 'web', Services: [service(name, [{ Type: 'tcp' }])] }] }],
      }),
    ).TaskGroups?.[0]?.Tasks?.[0]?.Services?.[0];
  const cases = [
    { name: 'the whole base', given: '${BASE}', want: 'shop-front-web' },
    { name: 'the group in its newer word', given: '${GROUP}-db', want: 'front-db' },
    { name: 'parts of it', given: '${JOB}-x-${TASKGROUP}.${TASK}', want: 'shop-x-front.web' },
    { name: 'what only the client knows stays', given: '${NOMAD_ALLOC_ID}', want: '${NOMAD_ALLOC_ID}' },
    { name: 'no name at all', given: '', want: 'shop-front-web' },
  ];
  test.each(cases)('$name', ({ given, want }) => {
    expect(stored(given)?.Name).toBe(want);
    expect(stored(given)?.Checks?.[0]?.Name).toBe(`service: "${want}" check`);
  });
});

test('checks without names get names that differ', () => {
  const checks = [{ Type: 'tcp' }, { Type: 'http', Name: 'alive' }, { Type: 'http' }];
  const job = { ID: 'j', TaskGroups: [{ Name: 'g', Services: [{ Name: 's', Checks: checks }] }] };
  const names = toStored(canonicalize(job)).TaskGroups?.[0]?.Services?.[0]?.Checks?.map((check) => check.Name);
  expect(names).toEqual(['service: "s" check', 'alive', 'service: "s" check 2']);
});
