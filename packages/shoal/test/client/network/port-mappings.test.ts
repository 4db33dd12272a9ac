import { describe, expect, it } from 'vitest';
import { cniArgs } from '../../../src/client/network/cni-args.ts';
import { portMappings } from '../../../src/client/network/port-mappings.ts';
import { anAllocation } from '../support/builders.ts';

const port = (Label: string, HostNetwork: string, Value: number, To: number) => ({ Label, HostNetwork, Value, To });
const ports = [port('http', 'default', 20_000, 80), port('same', '', 20_001, 0), port('inner', 'private', 20_002, 90)];
const network = { Mode: 'bridge', Device: '', CIDR: '', IP: '10.0.0.1', DNS: null };

const allocation = anAllocation();
allocation.AllocatedResources.Shared.Networks = [
  { ...network, MBits: 0, ReservedPorts: null, DynamicPorts: ports },
] as never;
allocation.AllocatedResources.Shared.Ports = ports.map(({ Label, Value, To, HostNetwork }) => ({
  ...{ Label, Value, To, HostIP: HostNetwork === 'private' ? '10.9.9.9' : '10.0.0.1' },
}));

describe('ports that are mapped', () => {
  const tcp = (bindWildcard: boolean) =>
    portMappings(allocation, bindWildcard)
      .filter(({ protocol }) => protocol === 'tcp')
      .map(({ hostIP = '*', hostPort, containerPort }) => `${hostIP}:${hostPort}->${containerPort}`);

  it('are on all addresses, but for those that name a host network', () => {
    expect(tcp(true)).toEqual(['*:20000->80', '*:20001->20001', '10.9.9.9:20002->90']);
  });

  it('are on the default address when the node says so', () => {
    expect(tcp(false)).toEqual(['10.0.0.1:20000->80', '10.0.0.1:20001->20001', '10.9.9.9:20002->90']);
  });

  it('are so for UDP', () => {
    expect(portMappings(allocation, true).filter(({ protocol }) => protocol === 'udp')).toHaveLength(3);
  });
});

describe('what plugins are told of an allocation', () => {
  it('is its names and the group’s own, but for those with a ";"', () => {
    const group = { Networks: [{ ...network, CNI: { Args: { own: '${x}', odd: 'a;b' } } }] } as never;
    const args = cniArgs({ ...allocation, JobID: 'a;b' }, group, (text) => text.replace('${x}', 'filled'));
    expect(args.split(';')).toEqual([
      'IgnoreUnknown=true',
      'NOMAD_REGION=global',
      `NOMAD_NAMESPACE=${allocation.Namespace}`,
      `NOMAD_GROUP_NAME=${allocation.TaskGroup}`,
      `NOMAD_ALLOC_ID=${allocation.ID}`,
      'own=filled',
    ]);
  });
});
