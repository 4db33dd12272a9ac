import type { AllocatedResources, AllocNetworkStatus } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { allocDirs, taskDirs } from '../../../src/client/alloc-dir.ts';
import { hostEnvs } from '../../../src/client/env/host-env.ts';
import { groupVariables, taskEnv } from '../../../src/client/env/task-env.ts';
import { goldenJson } from '../../support/golden.ts';
import { aGroup, aJob, aNode, anAllocation, aTask } from '../support/builders.ts';

type Recording = { steps: { step: string; json?: Record<string, string> }[] };

const port = (Label: string, Value: number, To = 0) => ({ Label, Value, To, HostIP: '10.0.0.7' });

type Change = {
  task?: Parameters<typeof aTask>[0];
  resources?: Partial<AllocatedResources>;
  network?: AllocNetworkStatus;
};

function envOf(change: Change = {}) {
  const t = aTask({ Name: 't', Meta: { 'task-key': 't', both: 'task' }, ...change.task });
  const group = aGroup({ Tasks: [t], Meta: { groupkey: 'g', both: 'group' } });
  const job = aJob({ ID: 'g-env', Name: 'g-env', TaskGroups: [group], Meta: { jobkey: 'j', both: 'job' } });
  const allocation = anAllocation(job, { NetworkStatus: change.network ?? null });
  Object.assign(allocation.AllocatedResources, change.resources);
  const dirs = taskDirs(allocDirs('/data/alloc', allocation.ID), 't');
  return {
    allocation,
    ...taskEnv({ allocation, job, group, task: t, node: aNode(), dirs, hostEnv: { PATH: '/bin' } }),
  };
}

describe('a task sees', () => {
  const ports = [port('adm', 18767), port('http', 22222), port('to-x', 23333, 9000)];
  const resources = { Shared: { DiskMB: 20, Networks: null, Ports: ports } };

  test('every variable of the recording, with its value', () => {
    const { env, allocation } = envOf({ resources });
    const recorded = (goldenJson('nomad', 'golden', 'tasks-environment.golden.json') as Recording).steps.find(
      ({ step }) => step === '4 NOMAD_ variables',
    )?.json;
    const filled = Object.entries(recorded ?? {}).map(([name, value]) => [
      name,
      value
        .replace(/<dir>\/<uuid:2>/, `/data/alloc/${allocation.ID}`)
        .replace('<uuid:2>', allocation.ID)
        .replaceAll('-<run>', '')
        .replace('<ip>', '10.0.0.7')
        .replace('<port>', name.endsWith('to_x') ? '23333' : '22222'),
    ]);
    expect(filled.length).toBeGreaterThan(30);
    expect(env).toMatchObject(Object.fromEntries(filled));
  });

  test('labels as they are written, too', () => {
    const { env } = envOf({ resources });
    expect(env).toMatchObject({
      'NOMAD_HOST_ADDR_to-x': '10.0.0.7:23333',
      'NOMAD_HOST_IP_to-x': '10.0.0.7',
      'NOMAD_ALLOC_PORT_to-x': '9000',
      NOMAD_ALLOC_PORT_to_x: '9000',
      NOMAD_SHORT_ALLOC_ID: env['NOMAD_ALLOC_ID']?.slice(0, 8),
    });
  });

  test('the allocation’s own address, where it has a network of its own', () => {
    const NetworkStatus = { InterfaceName: 'eth0', Address: '172.26.64.5', DNS: null };
    expect(envOf({ resources, network: NetworkStatus }).env).toMatchObject({
      'NOMAD_ALLOC_IP_to-x': '172.26.64.5',
      NOMAD_ALLOC_IP_to_x: '172.26.64.5',
      NOMAD_ALLOC_ADDR_to_x: '172.26.64.5:9000',
      NOMAD_ALLOC_INTERFACE_to_x: 'eth0',
      NOMAD_ADDR_to_x: '10.0.0.7:23333',
    });
    expect(envOf({ resources }).env).not.toHaveProperty('NOMAD_ALLOC_IP_to_x');
  });

  test('its own values filled in, unknown names as they are', () => {
    const Env = { MINE: '${NOMAD_TASK_NAME}-${node.datacenter}-${attr.kernel.name}-${meta.rack}-${meta.nope}' };
    expect(envOf({ task: { Env } }).env['MINE']).toBe('t-dc1-linux-r1-${meta.nope}');
  });

  test('names that no shell can read with underscores, too, but what is said of those goes before', () => {
    const { env, variables } = envOf({
      task: { Env: { 'my-key': 'a', 'other-key': 'b', other_key: 'c', 'discovery.type': 'single-node' } },
    });
    expect(env).toMatchObject({
      'my-key': 'a',
      my_key: 'a',
      other_key: 'c',
      'discovery.type': 'single-node',
    });
    expect(env).not.toHaveProperty('discovery_type');
    expect(variables.get('my_key')).toBe('a');
  });

  test('meta with dots under both names', () => {
    const { env } = envOf({ task: { Meta: { 'project.team': 'sre', 'a-b.c': 'd' } } });
    expect(env).toMatchObject({
      'NOMAD_META_project.team': 'sre',
      NOMAD_META_project_team: 'sre',
      'NOMAD_META_a_b.c': 'd',
      NOMAD_META_A_B_C: 'd',
    });
  });

  test('the host below all, and its own above all', () => {
    expect(envOf({ task: { Env: { NOMAD_DC: 'elsewhere' } } }).env).toMatchObject({
      PATH: '/bin',
      NOMAD_DC: 'elsewhere',
    });
  });

  test('the ports of a task network under the names of both', () => {
    const network = { Mode: '', Device: '', CIDR: '', IP: '10.0.0.7', MBits: 0, DNS: null, ReservedPorts: null };
    const DynamicPorts = [{ Label: 'db', Value: 5432, To: 0, HostNetwork: '' }];
    const Tasks = {
      t: { Cpu: { CpuShares: 1 }, Memory: { MemoryMB: 1 }, Networks: null, Devices: null },
      u: { Cpu: { CpuShares: 1 }, Memory: { MemoryMB: 1 }, Networks: [{ ...network, DynamicPorts }], Devices: null },
    };
    const { env } = envOf({ resources: { Tasks } });
    expect(env).toMatchObject({
      NOMAD_ADDR_u_db: '10.0.0.7:5432',
      NOMAD_IP_u_db: '10.0.0.7',
      NOMAD_PORT_u_db: '5432',
      NOMAD_HOST_PORT_u_db: '5432',
    });
    expect(env).not.toHaveProperty('NOMAD_ADDR_db');
  });
});

test('a group knows the allocation, and no task', () => {
  const group = aGroup();
  const job = aJob({ TaskGroups: [group] });
  const variables = groupVariables({ allocation: anAllocation(job), job, group, node: aNode() });
  expect([variables.get('NOMAD_JOB_NAME'), variables.get('node.class'), variables.get('NOMAD_TASK_NAME')]).toEqual([
    ...['web', 'big', undefined],
  ]);
});

test.each([
  { name: 'a task on the host starts from the agent, without keys', driver: 'raw_exec', want: { PATH: '/bin' } },
  { name: 'a container starts from nothing', driver: 'docker', want: {} },
])('$name', ({ driver, want }) => {
  expect(hostEnvs({ PATH: '/bin', VAULT_TOKEN: 'x', GONE: undefined })(driver)).toEqual(want);
});
