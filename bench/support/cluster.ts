import type { Affinity, Constraint, Job, JobInput, NetworkResource, Node, Port, Spread } from '@shoal/api';
import { aGroup, aJob, aNetwork, aNode, aTask } from '../../packages/shoal/test/scheduler/support/builders.ts';

/**
 * Node number `at` of a made-up cluster: two datacenters, 20 racks, four classes with 1 to 4 times 16 GHz and 32 GB, a tenth of
 * another architecture and a quarter with a kernel that is too old for the jobs below.
 */
export function nodeNumber(at: number, id: string): Node {
  const size = 1 + (at % 4);
  return aNode({
    ID: id,
    SecretID: id,
    Name: `node-${at}`,
    Datacenter: `dc${1 + (at % 2)}`,
    NodeClass: `class-${at % 4}`,
    ComputedClass: `v1:${at % 20}`,
    Attributes: {
      'kernel.name': 'linux',
      'driver.raw_exec': '1',
      'kernel.version': `5.${at % 4}.0`,
      'cpu.arch': at % 10 === 0 ? 'arm64' : 'amd64',
    },
    Meta: { rack: `r${at % 20}` },
    cpu: 16_000 * size,
    memory: 32_768 * size,
    disk: 1_000_000,
    ip: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
  });
}

export type JobShape = {
  readonly count: number;
  readonly type: Job['Type'];
  readonly cpu?: number;
  readonly memory?: number;
  readonly spreads?: readonly Spread[];
  readonly affinities?: readonly Affinity[];
  readonly constraints?: readonly Constraint[];
  readonly dynamicPorts?: number;
  readonly staticPorts?: readonly number[];
};

/** What every job of these measurements asks of its nodes: 14 of 20 fit. */
const CONSTRAINTS: readonly Constraint[] = [
  { LTarget: '${attr.kernel.name}', Operand: '=', RTarget: 'linux' },
  { LTarget: '${attr.kernel.version}', Operand: 'version', RTarget: '>= 5.1' },
  { LTarget: '${attr.cpu.arch}', Operand: '=', RTarget: 'amd64' },
];

/** A job of one group, as a user would register it. */
export function jobInput(id: string, { count, type, cpu = 50, memory = 64 }: JobShape): JobInput {
  const task = {
    Name: 't',
    Driver: 'raw_exec',
    Config: { command: '/bin/sleep', args: ['600'] },
    Resources: { CPU: cpu, MemoryMB: memory },
    LogConfig: { MaxFiles: 1, MaxFileSizeMB: 10 },
  };
  const group = { Name: 'g', Count: count, EphemeralDisk: { SizeMB: 20 }, Tasks: [task] };
  return { ID: id, Type: type, Datacenters: ['dc*'], Constraints: [...CONSTRAINTS], TaskGroups: [group] };
}

/** The same, as the tables have it. */
export function jobOf(id: string, shape: JobShape): Job {
  const { count, type, cpu = 50, memory = 64, spreads, affinities, constraints = [] } = shape;
  return aJob({
    ID: id,
    Type: type,
    Datacenters: ['dc*'],
    Constraints: [...CONSTRAINTS, ...constraints],
    Spreads: spreads ? [...spreads] : null,
    Affinities: affinities ? [...affinities] : null,
    TaskGroups: [aGroup({ Count: count, disk: 20, Tasks: [aTask({ cpu, memory })], Networks: networksOf(shape) })],
  });
}

function networksOf({ dynamicPorts = 0, staticPorts = [] }: JobShape): NetworkResource[] | null {
  if (dynamicPorts + staticPorts.length === 0) return null;
  const port = (Label: string, Value: number): Port => ({ Label, Value, To: 0, HostNetwork: 'default' });
  const DynamicPorts = Array.from({ length: dynamicPorts }, (_, at) => port(`d${at}`, 0));
  const ReservedPorts = staticPorts.map((value) => port(`s${value}`, value));
  return [aNetwork({ DynamicPorts, ReservedPorts })];
}
