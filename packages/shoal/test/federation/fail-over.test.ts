import { expect, test } from 'vitest';
import { failoverOrder } from '../../src/federation/fail-over.ts';
import type { Datacenter } from '../../src/federation/federation.ts';

const near = ['dc2', 'dc3', 'dc4'].map((name) => ({ name }) as Datacenter);
const known = { list: () => near, get: (name: string) => near.find((one) => one.name === name.toLowerCase()) };
const target = (Datacenter: string, Peer = '') => ({ Datacenter, Peer, Partition: '', Namespace: '' });

type Failover = Parameters<typeof failoverOrder>[0];
const none: Failover = { NearestN: 0, Datacenters: null };

test.each<[string, Partial<Failover>, string[]]>([
  ['nothing', {}, []],
  ['the nearest', { NearestN: 2 }, ['dc2', 'dc3']],
  ['more than there are', { NearestN: 9 }, ['dc2', 'dc3', 'dc4']],
  ['those that are named, in that order', { Datacenters: ['dc4', 'DC2'] }, ['dc4', 'dc2']],
  ['the nearest and then the others, each once', { NearestN: 1, Datacenters: ['dc2', 'dc4', 'dc4'] }, ['dc2', 'dc4']],
  ['none that is unknown, as this one', { Datacenters: ['dc1', 'dc9', 'dc3'] }, ['dc3']],
  ['targets', { Targets: [target('dc3'), target('', 'peer'), target('dc2')] }, ['dc3', 'dc2']],
])('looks in %s', (_, failover, order) => {
  expect(failoverOrder({ ...none, ...failover }, known).map(({ name }) => name)).toEqual(order);
});
