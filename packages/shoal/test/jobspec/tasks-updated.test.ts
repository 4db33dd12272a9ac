import type { JobInput, TaskGroup } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { canonicalize } from '../../src/jobspec/canonicalize.ts';
import { tasksUpdated } from '../../src/jobspec/tasks-updated.ts';

type Given = { job?: JobInput; group?: object; task?: object };

function aJob({ job = {}, group = {}, task = {} }: Given) {
  const base = { Name: 't', Driver: 'raw_exec', Config: { command: '/bin/true', args: ['a', 'b'] }, Env: { A: '1' } };
  const groups = [{ Name: 'g', Tasks: [{ ...base, ...task }], ...group }];
  return canonicalize({ ID: 'j', Datacenters: ['dc1'], ...job, TaskGroups: groups });
}

const onlyGroup = (given: Given) => aJob(given).TaskGroups?.[0] as TaskGroup;

const inPlace: { name: string; given: Given }[] = [
  { name: 'nothing', given: {} },
  { name: 'the count', given: { group: { Count: 7 } } },
  { name: 'the update strategy', given: { group: { Update: { MaxParallel: 3 } } } },
  { name: 'the restart policy', given: { group: { RestartPolicy: { Attempts: 9 } } } },
  { name: 'constraints', given: { group: { Constraints: [{ LTarget: 'a', RTarget: 'b', Operand: '=' }] } } },
  {
    name: 'services and checks',
    given: { group: { Services: [{ Name: 's', Tags: ['x'], Checks: [{ Type: 'tcp' }] }] } },
  },
  { name: 'kill timeout', given: { task: { KillTimeout: 9e9 } } },
  { name: 'log sizes', given: { task: { LogConfig: { MaxFiles: 3 } } } },
  { name: 'the order of config members', given: { task: { Config: { args: ['a', 'b'], command: '/bin/true' } } } },
  { name: 'an empty list instead of none', given: { task: { Templates: [] } } },
];

const destructive: { name: string; given: Given }[] = [
  { name: 'the driver', given: { task: { Driver: 'exec' } } },
  { name: 'the order of arguments', given: { task: { Config: { command: '/bin/true', args: ['b', 'a'] } } } },
  { name: 'environment', given: { task: { Env: { A: '2' } } } },
  { name: 'whether there are logs', given: { task: { LogConfig: { Disabled: true } } } },
  { name: 'user', given: { task: { User: 'nobody' } } },
  { name: 'artifacts', given: { task: { Artifacts: [{ GetterSource: 'http://x/y' }] } } },
  { name: 'templates', given: { task: { Templates: [{ EmbeddedTmpl: 'x', DestPath: 'local/x' }] } } },
  { name: 'resources', given: { task: { Resources: { CPU: 101 } } } },
  { name: 'memory', given: { task: { Resources: { MemoryMB: 301 } } } },
  { name: 'meta of the task', given: { task: { Meta: { a: 'b' } } } },
  { name: 'meta of the group', given: { group: { Meta: { a: 'b' } } } },
  { name: 'meta of the job', given: { job: { Meta: { a: 'b' } } } },
  { name: 'a dynamic port', given: { group: { Networks: [{ DynamicPorts: [{ Label: 'p' }] }] } } },
  { name: 'volumes', given: { group: { Volumes: { v: { Name: 'v', Type: 'host', Source: 's' } } } } },
  { name: 'ephemeral disk', given: { group: { EphemeralDisk: { SizeMB: 10 } } } },
  { name: 'affinities', given: { group: { Affinities: [{ LTarget: 'a', RTarget: 'b', Operand: '=' }] } } },
  { name: 'spreads of the job', given: { job: { Spreads: [{ Attribute: 'a' }] } } },
  { name: 'another task', given: { group: { Tasks: [] } } },
  { name: 'the mesh', given: { group: { Services: [{ Name: 's', Connect: { Native: true } }] } } },
];

function updated(given: Given): boolean {
  return tasksUpdated(onlyGroup({}), onlyGroup(given), { before: aJob({}), after: aJob(given) });
}

describe('changes that running allocations are told of', () => {
  test.each(inPlace)('$name', ({ given }) => expect(updated(given)).toBe(false));
});

describe('changes that need new allocations', () => {
  test.each(destructive)('$name', ({ given }) => expect(updated(given)).toBe(true));
});

test('meta of the job that a task overrides is no change', () => {
  const own = { task: { Meta: { a: 'own' } } };
  const jobs = { before: aJob({ job: { Meta: { a: '1' } } }), after: aJob({ job: { Meta: { a: '2' } } }) };
  expect(tasksUpdated(onlyGroup(own), onlyGroup(own), jobs)).toBe(false);
  expect(tasksUpdated(onlyGroup({}), onlyGroup({}), jobs)).toBe(true);
});
