import { expect, onTestFinished, test } from 'vitest';
import { createCatalogView } from '../../src/catalog/view.ts';
import type { ViewChange } from '../../src/dns/view.ts';
import { deregister, emptyState, register } from './catalog-state.ts';

async function viewed() {
  const state = await emptyState();
  await register(state, { Node: 'Box', Service: { Service: 'Web', Port: 80, Address: '10.1.1.1', Tags: ['a'] } });
  await register(state, { Node: 'six', Address: '2001:DB8:0:0:0:0:0:1' });
  const view = createCatalogView(state, 'DC1');
  onTestFinished(() => view.close());
  const changes: ViewChange[] = [];
  view.onChange((change) => changes.push(change));
  return { state, view, changes };
}

test('finds services, nodes and addresses without case', async () => {
  const { view } = await viewed();
  expect(view.datacenter).toBe('dc1');
  expect(view.service('web')).toMatchObject([{ name: 'Web', node: { name: 'Box' }, port: 80, health: 'passing' }]);
  expect(view.node('box')?.name).toBe('Box');
  expect(view.nodeAt('2001:db8::1')?.name).toBe('six');
  expect(view.instanceAt('10.1.1.1')?.name).toBe('Web');
  expect(view.service('none')).toBeUndefined();
});

test('health is the worst of the checks of node and instance, and follows them', async () => {
  const { state, view, changes } = await viewed();
  await register(state, { Node: 'Box', SkipNodeUpdate: true, Checks: [{ ServiceID: 'Web', Status: 'warning' }] });
  expect(view.service('web')?.[0]?.health).toBe('warning');
  await register(state, { Node: 'Box', SkipNodeUpdate: true, Checks: [{ CheckID: 'n', Status: 'critical' }] });
  expect(view.service('web')?.[0]?.health).toBe('critical');
  await deregister(state, { Node: 'Box', CheckID: 'n' });
  expect(view.service('web')?.[0]?.health).toBe('warning');
  expect(changes).toEqual([
    { services: ['web'], nodes: [] },
    { services: ['web'], nodes: ['box'] },
    { services: ['web'], nodes: ['box'] },
  ]);
});

test("an instance's check leaves the other services of its node alone", async () => {
  const { state, changes } = await viewed();
  await register(state, { Node: 'Box', SkipNodeUpdate: true, Service: { Service: 'db' } });
  await register(state, { Node: 'Box', SkipNodeUpdate: true, Checks: [{ ServiceID: 'db', Status: 'critical' }] });
  await deregister(state, { Node: 'Box', ServiceID: 'db' });
  expect(changes.map(({ services }) => services)).toEqual([['db'], ['db'], ['db']]);
});

test('what goes is told under the name that it had, and its address is free', async () => {
  const { state, view, changes } = await viewed();
  expect(view.service('web')).toHaveLength(1);
  await deregister(state, { Node: 'box', ServiceID: 'Web' });
  expect([view.service('web'), view.instanceAt('10.1.1.1')]).toEqual([undefined, undefined]);
  await deregister(state, { Node: 'six' });
  expect(view.nodeAt('2001:db8::1')).toBeUndefined();
  expect(changes).toEqual([
    { services: ['web'], nodes: [] },
    { services: [], nodes: ['six'] },
  ]);
});

test('an instance that is renamed leaves its old name', async () => {
  const { state, view, changes } = await viewed();
  await register(state, { Node: 'Box', SkipNodeUpdate: true, Service: { ID: 'Web', Service: 'api' } });
  expect([view.service('web'), view.service('api')?.length]).toEqual([undefined, 1]);
  expect(changes[0]?.services).toEqual(['web', 'api']);
});

test('an IPv4 address that was written as IPv6 is found as what it is', async () => {
  const { state, view } = await viewed();
  await register(state, { Node: 'mapped', Address: '::ffff:10.0.0.9' });
  expect(view.nodeAt('10.0.0.9')?.name).toBe('mapped');
});

test('the address that stands for a service is a tagged one', async () => {
  const { state, view } = await viewed();
  const TaggedAddresses = { virtual: { Address: '10.96.0.5', Port: 80 } };
  await register(state, { Node: 'Box', SkipNodeUpdate: true, Service: { Service: 'db', TaggedAddresses } });
  expect(view.service('db')).toMatchObject([{ virtualAddress: '10.96.0.5' }]);
  expect(view.service('web')?.[0]).not.toHaveProperty('virtualAddress');
});
