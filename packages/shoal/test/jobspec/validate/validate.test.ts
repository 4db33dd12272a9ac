import type { JobInput } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { canonicalize, canonicalJob } from '../../../src/jobspec/canonicalize.ts';
import { readJob } from '../../../src/jobspec/read.ts';
import { formatErrors, formatWarnings } from '../../../src/jobspec/validate/findings.ts';
import { validate } from '../../../src/jobspec/validate/validate.ts';
import { goldenJson, goldenNames } from '../../support/golden.ts';
import { type Answer, recordedSteps, sentJob } from '../recorded-jobs.ts';

type ValidateAnswer = { Error: string; ValidationErrors: string[] | null; Warnings: string };

describe('recorded answers of the validate endpoint', () => {
  const steps = recordedSteps('jobs-validate').filter(({ step, answer }) => step.body?.Job && answer.status === 200);
  test.each(steps.map((each) => ({ name: each.answer.step, ...each })))('$name', ({ step, answer }) => {
    const want = answer.json as ValidateAnswer;
    const { errors, warnings } = validate(canonicalize(sentJob(step)));
    expect(errors).toEqual(want.ValidationErrors ?? []);
    expect(errors.length > 0 ? formatErrors(errors) : '').toBe(want.Error);
    expect(formatWarnings(warnings)).toBe(want.Warnings);
  });
});

/** What registering would answer, as far as the job decides it. */
function register(input: JobInput): Partial<Answer> {
  const { job, errors } = readJob(input);
  if (errors.length > 0) return { status: 400 };
  const found = validate(canonicalJob(job)).errors;
  return found.length > 0 ? { status: 500, text: formatErrors(found) } : { status: 200 };
}

describe.each(['jobs-register-errors-1', 'jobs-register-errors-3'])('recorded refusals: %s', (scenario) => {
  const steps = recordedSteps(scenario).map((each) => ({ name: each.answer.step, ...each }));
  test.each(steps)('$name', ({ step, answer }) => {
    const got = register(sentJob(step));
    expect(got.status).toBe(answer.status);
    if (answer.status === 500) expect(got.text).toBe(answer.text);
  });
});

describe('every job that the real program registered is accepted', () => {
  const scenarios = goldenNames('.json', 'nomad', 'scenarios');
  const registered = scenarios.flatMap((scenario) =>
    recordedSteps(scenario)
      .filter(({ step, answer }) => step.path === '/v1/jobs' && step.body?.Job && answer.status === 200)
      .map(({ step, answer }) => ({ name: `${scenario}: ${answer.step}`, step, answer })),
  );
  test.each(registered)('$name', ({ step, answer }) => {
    const { errors, warnings } = validate(canonicalize(sentJob(step)));
    expect(errors).toEqual([]);
    expect(formatWarnings(warnings)).toBe((answer.json as ValidateAnswer).Warnings);
  });
});

/** A service of Nomad's own, with a check. */
function native(check: object) {
  const times = { Interval: 10e9, Timeout: 2e9 };
  return { Name: 's', PortLabel: '80', Provider: 'nomad', Checks: [{ ...times, ...check }] };
}

function checked(check: object) {
  const usual = { Name: 'c', Type: 'tcp', Interval: 10e9, Timeout: 1e9, ...check };
  return { Name: 's', PortLabel: '8080', Checks: [usual] };
}

type Case = { name: string; job?: object; group?: object; task?: object; want: string };

const cases: Case[] = [
  {
    name: "a script check of Nomad's own service",
    group: { Services: [native({ Type: 'script', Command: '/bin/true' })] },
    want: 'invalid check type ("script"), must be one of "http", "tcp" with provider = "nomad"; use provider = "consul"',
  },
  {
    name: "a gRPC check of Nomad's own service",
    group: { Services: [native({ Type: 'grpc' })] },
    want: 'invalid check type ("grpc")',
  },
  {
    name: "thresholds of a check of Nomad's own service",
    group: { Services: [native({ Type: 'tcp', SuccessBeforePassing: 2 })] },
    want: 'success_before_passing is only for services with provider = "consul"',
  },
  {
    name: "an initial status of a check of Nomad's own service",
    task: { Services: [native({ Type: 'tcp', InitialStatus: 'passing' })] },
    want: 'initial_status is only for services with provider = "consul"',
  },
  {
    name: "a mesh of Nomad's own service",
    group: { Services: [{ ...native({ Type: 'tcp' }), Connect: { Native: true } }] },
    want: 'Service with provider nomad cannot include Connect blocks',
  },
  {
    name: "a count of failures of a check of Nomad's own service",
    group: { Services: [native({ Type: 'tcp', FailuresBeforeWarning: 2 })] },
    want: 'failures_before_warning is only for services with provider = "consul"',
  },
  {
    name: "a server name of a check of Nomad's own service",
    group: { Services: [native({ Type: 'http', Path: '/', TLSServerName: 'a.example' })] },
    want: 'tls_server_name is only for services with provider = "consul"',
  },
  {
    name: "a group's script check without a task",
    group: { Services: [checked({ Type: 'script', Command: '/bin/true' })] },
    want: 'Service [g]->s or Check c must specify task parameter',
  },
  {
    name: "a group's check of a task that it does not have",
    group: { Services: [checked({ Type: 'script', Command: '/bin/true', TaskName: 'x' })] },
    want: 'check "c" refers to task "x", which the group does not have',
  },
  {
    name: "a group's service of a task that it does not have",
    group: { Services: [{ ...checked({}), TaskName: 'x' }] },
    want: 'service "s" refers to task "x", which the group does not have',
  },
  {
    name: "a task's check of another task",
    task: { Services: [checked({ TaskName: 'x' })] },
    want: 'check "c" of task "t" cannot be of another one',
  },
  {
    name: "the driver's address for a group",
    group: { Services: [{ ...checked({}), AddressMode: 'driver' }] },
    want: 'cannot use address_mode = "driver": only services of a task can',
  },
  {
    name: "the allocation's address for a task",
    task: { Services: [{ ...checked({}), AddressMode: 'alloc' }] },
    want: 'cannot use address_mode = "alloc": only services of a group can',
  },
  {
    name: 'a check that is exposed by no proxy',
    group: { Services: [checked({ Type: 'http', Path: '/', Expose: true })] },
    want: 'check "c": expose is for services of a group with connect { sidecar_service {} }',
  },
  {
    name: 'a check that cannot be exposed',
    group: { Services: [{ ...checked({ Expose: true }), Connect: { SidecarService: {} } }] },
    want: 'check "c": expose is for http and grpc checks',
  },
  {
    name: 'counts of results of a script check',
    task: { Services: [checked({ Type: 'script', Command: '/bin/true', FailuresBeforeWarning: 1 })] },
    want: 'failures_before_warning are for http, tcp and grpc checks',
  },
  {
    name: 'a check that is ignored and restarts its task',
    task: { Services: [checked({ OnUpdate: 'ignore', CheckRestart: { Limit: 1 } })] },
    want: 'on_update = "ignore" and check_restart exclude each other',
  },
  {
    name: 'a check whose warnings are ignored as its service says, and restart its task',
    task: { Services: [{ ...checked({ CheckRestart: { Limit: 1 } }), OnUpdate: 'ignore_warnings' }] },
    want: 'on_update = "ignore_warnings" needs ignore_warnings = true in its check_restart',
  },
  {
    name: 'an identity with a name that no file can have',
    task: { Identities: [{ Name: 'a/b' }] },
    want: 'Identity name "a/b" is not allowed',
  },
  {
    name: 'an identity whose file leaves the allocation',
    task: { Identities: [{ Name: 'a', File: true, Filepath: '../../x' }] },
    want: 'Identity filepath "../../x" escapes allocation directory',
  },
  {
    name: 'a plugin of no known type',
    task: { CSIPluginConfig: { ID: 'p', Type: 'nodes' } },
    want: 'type must be "node", "controller" or "monolith"; not "nodes"',
  },
  { name: 'a plugin without an id', task: { CSIPluginConfig: { Type: 'node' } }, want: 'id must be specified' },
  {
    name: 'a link without a label',
    job: { UI: { Links: [{ URL: 'https://a.example' }] } },
    want: 'Link 1 of the ui block must have a label and a url',
  },
  {
    name: "canaries with volumes of each allocation's own",
    group: { Update: { Canary: 1 }, Volumes: { v: { Type: 'host', Source: 'v', PerAlloc: true } } },
    want: 'Volume v with per_alloc = true cannot be used with canaries',
  },
  {
    name: 'two providers in one group',
    group: { Services: [{ Name: 'a' }] },
    task: { Services: [native({ Type: 'tcp' })] },
    want: 'Multiple service providers used',
  },
  { name: 'a system job with a count', job: { Type: 'system' }, group: { Count: 2 }, want: 'Count cannot exceed 1' },
  {
    name: 'a longest run of a service',
    group: { MaxRunDuration: 5e9 },
    want: 'max_run_duration is for batch and sysbatch jobs; this one is of type "service"',
  },
  {
    name: 'a longest run that is none',
    job: { Type: 'batch' },
    group: { MaxRunDuration: -1 },
    want: 'max_run_duration must be a positive value',
  },
  {
    name: 'an affinity of weight 0',
    job: { Affinities: [{ LTarget: 'a', RTarget: 'b', Operand: '=', Weight: 0 }] },
    want: 'Affinity weight cannot be zero',
  },
  {
    name: 'a malformed version',
    job: { Constraints: [{ LTarget: 'a', RTarget: '>> 1', Operand: 'version' }] },
    want: 'Version constraint is invalid',
  },
  {
    name: 'restart too often for its interval',
    group: { RestartPolicy: { Attempts: 9, Interval: 6e9, Delay: 1e9 } },
    want: "can't restart the TaskGroup g 9 times",
  },
  {
    name: 'deadlines in the wrong order',
    group: { Update: { MinHealthyTime: 9e9, HealthyDeadline: 8e9 } },
    want: 'Minimum healthy time must be less than healthy deadline: 9s > 8s',
  },
  {
    name: 'an unknown delay function',
    group: { ReschedulePolicy: { DelayFunction: 'linear' } },
    want: 'Invalid delay function "linear"',
  },
  {
    name: 'logs larger than the disk',
    group: { EphemeralDisk: { SizeMB: 50 } },
    want: 'log storage (100 MB) must be less than requested disk capacity (50 MB)',
  },
  {
    name: 'a port nobody declared',
    group: { Services: [{ Name: 's', PortLabel: 'web' }] },
    want: 'port label "web" referenced by services s does not exist',
  },
  {
    name: 'a check without interval',
    group: { Services: [{ Name: 's', PortLabel: '80', Checks: [{ Type: 'tcp', Timeout: 2e9 }] }] },
    want: 'missing required value interval',
  },
  {
    name: 'an http check without path',
    group: { Services: [{ Name: 's', PortLabel: '80', Checks: [{ Type: 'http', Interval: 2e9, Timeout: 2e9 }] }] },
    want: 'http type must have http path',
  },
  {
    name: 'a check without any port',
    group: { Services: [{ Name: 's', Checks: [{ Type: 'tcp', Interval: 2e9, Timeout: 2e9 }] }] },
    want: 'requires a port',
  },
  {
    name: 'a service name that DNS cannot hold',
    group: { Services: [{ Name: 'a_b' }] },
    want: 'must be valid per RFC 1123',
  },
  {
    name: 'a route with a URL',
    group: { Services: [{ Name: 's', Routes: [{ Host: 'http://x', Path: '' }] }] },
    want: 'is not a host name',
  },
  {
    name: 'a route by a port that is none',
    group: { Services: [{ Name: 's', Routes: [{ Host: '', Path: '', TCP: 70_000 }] }] },
    want: 'tcp is a port of the edge, 1 to 65535, not 70000',
  },
  {
    name: 'a route by port and host',
    group: { Services: [{ Name: 's', Routes: [{ Host: 'a.org', Path: '', TCP: 5432 }] }] },
    want: 'passes connections on as they are',
  },
  {
    name: 'an undefined volume',
    task: { VolumeMounts: [{ Volume: 'v', Destination: '/x' }] },
    want: 'references undefined volume v',
  },
  {
    name: 'an artifact that escapes',
    task: { Artifacts: [{ GetterSource: 'http://x/y', RelativeDest: '../../etc' }] },
    want: 'destination escapes allocation directory',
  },
  {
    name: 'a short checksum',
    task: { Artifacts: [{ GetterSource: 'http://x/y', GetterOptions: { checksum: 'md5:ab' } }] },
    want: 'invalid md5 checksum: ab',
  },
  { name: 'too little memory', task: { Resources: { MemoryMB: 5 } }, want: 'minimum MemoryMB value is 10; got 5' },
  {
    name: 'a leader with a lifecycle',
    task: { Leader: true, Lifecycle: { Hook: 'prestart' } },
    want: 'Leader task must not have lifecycle',
  },
  {
    name: 'distinct hosts for a task',
    task: { Constraints: [{ Operand: 'distinct_hosts' }] },
    want: 'move it to the group or job',
  },
  { name: 'a periodic service', job: { Periodic: { Spec: '@daily' } }, want: 'Periodic can only be used with "batch"' },
  {
    name: 'a cron line of words',
    job: { Type: 'batch', Periodic: { Spec: 'every day' } },
    want: 'Invalid cron spec "every day"',
  },
  {
    name: 'one of several cron lines',
    job: { Type: 'batch', Periodic: { Specs: ['@daily', '0 99 * * *'] } },
    want: 'Invalid cron spec "0 99 * * *": "99" is no hour',
  },
  {
    name: 'both cron and crons',
    job: { Type: 'batch', Periodic: { Spec: '@daily', Specs: ['@hourly'] } },
    want: 'cron and crons are both given',
  },
  {
    name: 'an unknown time zone',
    job: { Type: 'batch', Periodic: { Spec: '@daily', TimeZone: 'Mars/Base' } },
    want: 'Invalid time zone "Mars/Base"',
  },
  {
    name: 'meta both required and optional',
    job: { Type: 'batch', ParameterizedJob: { MetaRequired: ['a'], MetaOptional: ['a'] } },
    want: 'should be disjoint',
  },
  {
    name: 'a count outside its scaling',
    group: { Count: 9, Scaling: { Min: 1, Max: 3 } },
    want: 'must not be greater than maximum count',
  },
];

function errorsOf({ job = {}, group = {}, task = {} }: Case): string[] {
  const aTask = { Name: 't', Driver: 'raw_exec', ...task };
  return validate(
    canonicalize({ ID: 'j', Datacenters: ['dc1'], TaskGroups: [{ Name: 'g', Tasks: [aTask], ...group }], ...job }),
  ).errors;
}

describe('rules of the documentation', () => {
  test('a plain job passes', () => expect(errorsOf({ name: '', want: '' })).toEqual([]));
  test.each(cases)('$name', (given) => expect(errorsOf(given).join('\n')).toContain(given.want));
});

describe('jobs of the job file recordings that a server accepts', () => {
  /** These parse, and a server refuses them. */
  const refused = ['group-same-name-twice', 'job-without-groups'];
  test.each(refused)('not %s', (name) => {
    const job = goldenJson('jobspec', 'valid', `${name}.parsed.json`) as JobInput;
    expect(validate(canonicalize(job)).errors).not.toEqual([]);
  });
});
