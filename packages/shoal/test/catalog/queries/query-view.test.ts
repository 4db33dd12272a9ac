import { expect, test } from 'vitest';
import { commitPlanned } from '../../../src/catalog/commit.ts';
import { createCoordinates } from '../../../src/catalog/coordinates/coordinates.ts';
import { planCreateQuery } from '../../../src/catalog/queries/plan.ts';
import { createQueryView } from '../../../src/catalog/queries/query-view.ts';
import { shuffled } from '../../../src/dns/shuffle.ts';
import { emptyState, register } from '../catalog-state.ts';

test('instances of which no distance is known take turns, also where the nearest are wanted', async () => {
  const state = await emptyState();
  for (const Node of ['n1', 'n2', 'n3']) await register(state, { Node, Service: { Service: 'web' } });
  const Service = {
    ...{ Service: 'web', Failover: { NearestN: 0, Datacenters: null }, OnlyPassing: false, IgnoreCheckIDs: null },
    ...{ Near: '_agent', Tags: null, NodeMeta: null, ServiceMeta: null, Connect: false },
  };
  const Template = { Type: '', Regexp: '', RemoveEmptyTags: false };
  const query = { ID: '00000000-0000-0000-0000-000000000001', Name: 'near', Session: '', Token: '', DNS: { TTL: '' } };
  await commitPlanned(state, (read) => planCreateQuery(read, { ...query, Service, Template }));

  const { order } = createCoordinates('elsewhere', Date.now);
  const view = createQueryView(
    state,
    order,
    (items) => shuffled(items, Math.random),
    () => ({ instances: [] }),
  );
  const first = new Set<string | undefined>();
  for (let asked = 0; asked < 200; asked += 1) {
    const found = view.query('near');
    first.add(found && 'instances' in found ? found.instances[0]?.node.name : undefined);
  }
  expect([...first].sort()).toEqual(['n1', 'n2', 'n3']);
});
