import { describe, expect, test } from 'vitest';
import { planRegister } from '../../src/catalog/register.ts';
import { aRegistration, deregister, emptyState, register } from './catalog-state.ts';

const ID = '11111111-2222-3333-4444-555555555555';

describe('planRegister refuses', () => {
  test.each([
    { name: 'no node', given: { Node: '' }, want: 'Must provide node' },
    { name: 'no address', given: { Address: '' }, want: 'Must provide address if SkipNodeUpdate is not set' },
    { name: 'an id that is no UUID', given: { ID: 'abc' }, want: /Bad node ID: "abc"/ },
    { name: 'a slash in the name', given: { Node: 'a/b' }, want: /must not contain a slash/ },
    {
      name: 'a service id without a name',
      given: { Service: { ID: 'x', Service: '' } },
      want: 'Must provide service name with ID',
    },
    {
      name: 'a check of another node',
      given: { Checks: [{ Node: 'n2' }] },
      want: 'check node "n2" does not match node "n1"',
    },
    {
      name: 'a check of no service',
      given: { Checks: [{ ServiceID: 'gone' }] },
      want: 'failed inserting check: Missing service registration on node "n1"',
    },
  ])('$name', async ({ given, want }) => {
    const { tables } = await emptyState();
    expect(() => planRegister(tables, aRegistration(given), 'dc1')).toThrow(want);
  });
});

describe('a registration', () => {
  test('that says the same again writes nothing', async () => {
    const state = await emptyState();
    const given = { NodeMeta: { a: '1' }, Service: { Tags: ['x'], Port: 80 }, Checks: [{ ServiceID: 'web' }] };
    const first = await register(state, given);
    expect(await register(state, given)).toBe(first);
    expect(state.index()).toBe(first);
  });

  test('changes only the rows that differ', async () => {
    const state = await emptyState();
    const first = await register(state, { Service: { Port: 80 }, Checks: [{ ServiceID: 'web', Status: 'passing' }] });
    const second = await register(state, { Service: { Port: 80 }, Checks: [{ ServiceID: 'web', Status: 'critical' }] });
    const { catalogNodes, catalogServices, catalogChecks } = state.tables;
    const indexes = [catalogNodes.get('n1'), catalogServices.get('n1/web'), catalogChecks.get('n1/c')].map(
      (row) => row?.ModifyIndex,
    );
    expect(indexes).toEqual([first, first, second]);
  });

  test('with SkipNodeUpdate leaves a known node as it is, and makes an unknown one', async () => {
    const state = await emptyState();
    await register(state, { NodeMeta: { a: '1' } });
    await register(state, { Address: '', SkipNodeUpdate: true, Service: {} });
    await register(state, { Node: 'new', SkipNodeUpdate: true });
    expect(state.tables.catalogNodes.get('n1')).toMatchObject({ Address: '10.0.0.1', Meta: { a: '1' } });
    expect(state.tables.catalogNodes.get('new')?.Address).toBe('10.0.0.1');
  });

  test('keeps the case in which a node was registered first', async () => {
    const state = await emptyState();
    await register(state, { Node: 'Box' });
    await register(state, { Node: 'BOX', Service: {} });
    expect(state.tables.catalogServices.get('box/web')?.Node).toBe('Box');
  });

  test('of a known id under a new name renames the node: nothing of the old name stays', async () => {
    const state = await emptyState();
    await register(state, { ID, Service: {}, Checks: [{}] });
    await register(state, { ID, Node: 'n2' });
    const { catalogNodes, catalogServices, catalogChecks } = state.tables;
    expect([...catalogNodes.keys()]).toEqual(['n2']);
    expect([catalogServices.size, catalogChecks.size]).toEqual([0, 0]);
  });

  test('cannot take the name of another node whose agent is alive', async () => {
    const state = await emptyState();
    const other = { ID: ID.replace('1', '2') };
    await register(state, { ID, Checks: [{ CheckID: 'serfHealth', Status: 'passing' }] });
    await expect(register(state, other)).rejects.toThrow(/Node name n1 is reserved by node 11111111/);
    await register(state, { ID, Checks: [{ CheckID: 'serfHealth', Status: 'critical' }] });
    await register(state, other);
    expect(state.tables.catalogNodes.get('n1')?.ID).toBe(other.ID);
  });

  test("a service's new name and tags reach its checks", async () => {
    const state = await emptyState();
    await register(state, { Service: { ID: 's' }, Checks: [{ ServiceID: 's' }] });
    await register(state, { Service: { ID: 's', Service: 'api', Tags: ['v2'] } });
    expect(state.tables.catalogChecks.get('n1/c')).toMatchObject({ ServiceName: 'api', ServiceTags: ['v2'] });
  });

  test('two at once both hold', async () => {
    const state = await emptyState();
    await Promise.all([register(state, { Service: { Service: 'a' } }), register(state, { Service: { Service: 'b' } })]);
    expect(state.tables.catalogServices.size).toBe(2);
  });
});

describe('a deregistration', () => {
  test('takes a service with its checks', async () => {
    const state = await emptyState();
    await register(state, { Service: {}, Checks: [{ ServiceID: 'web' }, { CheckID: 'node', Name: 'node' }] });
    await deregister(state, { ServiceID: 'web' });
    expect([...state.tables.catalogChecks.keys()]).toEqual(['n1/node']);
    expect(state.tables.catalogServices.size).toBe(0);
  });

  test('takes a node with all that is on it, and nothing of a node whose name begins alike', async () => {
    const state = await emptyState();
    await register(state, { Service: {}, Checks: [{}] });
    await register(state, { Node: 'n10', Service: {}, Checks: [{}] });
    await deregister(state, {});
    const { catalogNodes, catalogServices, catalogChecks } = state.tables;
    expect([[...catalogNodes.keys()], [...catalogServices.keys()], [...catalogChecks.keys()]]).toEqual([
      ['n10'],
      ['n10/web'],
      ['n10/c'],
    ]);
  });

  test('of what is not there writes nothing', async () => {
    const state = await emptyState();
    expect(await deregister(state, { ServiceID: 'none' })).toBe(0);
    await expect(deregister(state, { Node: '' })).rejects.toThrow('Must provide node');
  });
});
