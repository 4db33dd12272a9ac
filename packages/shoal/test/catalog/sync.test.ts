import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createRegistrar } from '../../src/catalog/registrar.ts';
import { registryFile } from '../../src/catalog/registry/file.ts';
import { Registry } from '../../src/catalog/registry/registry.ts';
import { registerSelfServices } from '../../src/catalog/self-services.ts';
import { CatalogSync, type SyncDeps } from '../../src/catalog/sync.ts';
import { type CatalogWriter, localCatalogWriter } from '../../src/catalog/writer.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';
import { deregister, emptyState, register } from './catalog-state.ts';
import { aCheck, aService } from './definitions.ts';

const facts = {
  nodeId: '11111111-2222-3333-4444-555555555555',
  nodeName: 'Agent',
  datacenter: 'dc1',
  address: '10.0.0.9',
  wanAddress: '10.0.0.9',
  meta: {},
  server: { rpcPort: 4647, version: '1' },
};

async function synced(given: Partial<SyncDeps> & { wrap?: (writer: CatalogWriter) => CatalogWriter } = {}) {
  const state = await emptyState();
  const file = registryFile(join(await tempDir(), 'registry.json'));
  const registry = new Registry({ file, random: () => 0, onSaveFailure: () => {} });
  const failures: unknown[] = [];
  const writer = given.wrap?.(localCatalogWriter(state)) ?? localCatalogWriter(state);
  const onFailure = (error: unknown) => failures.push(error);
  const sync = new CatalogSync({ registry, writer, facts, random: () => 0, onFailure, ...given });
  await registry.start();
  await registry.registerService(aService(), [aCheck({ serviceId: 'web', initialStatus: 'passing' })]);
  await sync.start();
  onTestFinished(async () => {
    await sync.stop();
    await registry.stop();
  });
  return { state, registry, sync, failures };
}

test('the agent, its services and their checks are in the catalog after the start', async () => {
  const { state } = await synced();
  const { catalogNodes, catalogServices, catalogChecks } = state.tables;
  const tagged = { lan: '10.0.0.9', lan_ipv4: '10.0.0.9', wan: '10.0.0.9', wan_ipv4: '10.0.0.9' };
  expect(catalogNodes.get('agent')).toMatchObject({ Node: 'Agent', ID: facts.nodeId, TaggedAddresses: tagged });
  expect([...catalogServices.keys()]).toEqual(['agent/consul', 'agent/web']);
  expect(catalogServices.get('agent/consul')?.ServicePort).toBe(4647);
  expect([...catalogChecks.scan()].map((row) => [row.CheckID, row.Status, row.ServiceName])).toEqual([
    ['c', 'passing', 'web'],
    ['serfHealth', 'passing', ''],
  ]);
});

test('what is as it should be is not written again', async () => {
  const { state, registry, sync } = await synced();
  const index = state.index();
  await registry.registerService(aService(), [aCheck({ serviceId: 'web' })]);
  await sync.flush();
  expect(state.index()).toBe(index);
});

test('what somebody else changed in the catalog is put right', async () => {
  const { state, sync } = await synced();
  const node = { Node: 'Agent', SkipNodeUpdate: true };
  await register(state, {
    ...node,
    Service: { Port: 99 },
    Checks: [{ CheckID: 'c', ServiceID: 'web', Status: 'critical' }],
  });
  await register(state, { ...node, Service: { Service: 'stray' } });
  await register(state, { Node: 'Agent', Address: '6.6.6.6' });
  await deregister(state, { Node: 'Agent', CheckID: 'serfHealth' });
  const { catalogNodes, catalogServices, catalogChecks } = state.tables;
  await until('all is right again', async () => {
    await sync.flush();
    return catalogChecks.get('agent/serfHealth') && !catalogServices.get('agent/stray');
  });
  expect(catalogServices.get('agent/web')?.ServicePort).toBe(80);
  expect(catalogChecks.get('agent/c')?.Status).toBe('passing');
  expect(catalogNodes.get('agent')?.Address).toBe('10.0.0.9');
});

test('other nodes are none of its business', async () => {
  const { state, sync } = await synced();
  await register(state, { Node: 'Agent2', Service: {} });
  await sync.flush();
  expect(state.tables.catalogServices.get('agent2/web')).toBeDefined();
});

test('tags that were changed in the catalog stay where that is allowed', async () => {
  const { state, registry, sync } = await synced();
  await registry.registerService(aService({ tags: ['own'], enableTagOverride: true }));
  await sync.flush();
  const service = { Service: 'web', Port: 80, Tags: ['other'], EnableTagOverride: true };
  await register(state, { Node: 'Agent', SkipNodeUpdate: true, Service: service });
  await sync.flush();
  const tags = () => state.tables.catalogServices.get('agent/web')?.ServiceTags;
  expect(tags()).toEqual(['other']);
  await sync.resync();
  expect(tags()).toEqual(['other']);
  // Whoever registers again, as Patroni does when a member's role has changed, has the last word.
  for (const own of ['newer', 'newer']) {
    await registry.registerService(aService({ tags: [own], enableTagOverride: true }));
    await sync.flush();
    expect(tags()).toEqual([own]);
  }
});

test('a status is told at once, an output that changes again and again is not', async () => {
  const { state, registry, sync } = await synced();
  const row = () => state.tables.catalogChecks.get('agent/c');
  registry.updateTtl('c', 'critical', 'down');
  await sync.flush();
  expect(row()).toMatchObject({ Status: 'critical', Output: 'down' });
  const index = state.index();
  for (let at = 0; at < 20; at += 1) registry.updateTtl('c', 'critical', `still down ${at}`);
  await sync.flush();
  expect([state.index(), row()?.Output]).toEqual([index, 'down']);
});

test('an output is told within an interval', async () => {
  const { state, registry } = await synced({ outputEveryMs: 20 });
  registry.updateTtl('c', 'passing', 'new');
  await until('the output arrived', () => state.tables.catalogChecks.get('agent/c')?.Output === 'new');
});

test('a write that fails is made later', async () => {
  let broken = true;
  const { state, failures } = await synced({
    retryMs: 20,
    wrap: (writer) => ({
      ...writer,
      write: (node, change) => (broken ? Promise.reject(new Error('disk full')) : writer.write(node, change)),
    }),
  });
  expect([failures.length, state.index()]).toEqual([1, 0]);
  broken = false;
  await until('it arrived', () => state.tables.catalogServices.get('agent/web'));
});

test('the registrar registers, tells of health, and deregisters', async () => {
  const { state, registry, sync } = await synced();
  const registrar = createRegistrar(registry, sync);
  const told: string[] = [];
  registrar.onStatusChange((id) => told.push(id));
  const check = { id: 'tc', name: 'tc', type: 'ttl', target: '', method: '', headers: {}, body: '' } as const;
  const timing = { intervalMs: 60_000, timeoutMs: 1000, initialStatus: '', successBeforePassing: 0 } as const;
  const id = '_nomad-task-1-web';
  const trust = { tls: false, tlsSkipVerify: false, tlsServerName: 'name' };
  const more = { grpcService: '', ...trust, notes: 'why', failuresBeforeCritical: 3, failuresBeforeWarning: 2 };
  await registrar.register({
    id,
    name: 'api',
    tags: [],
    meta: {},
    address: '10.0.0.9',
    port: 1234,
    enableTagOverride: false,
    weights: { Passing: 3, Warning: 2 },
    taggedAddresses: { wan: { Address: '192.0.2.1', Port: 80 } },
    checks: [{ ...check, ...timing, ...more }],
  });
  expect(state.tables.catalogServices.get(`agent/${id}`)).toMatchObject({
    ServicePort: 1234,
    ServiceWeights: { Passing: 3, Warning: 2 },
    ServiceTaggedAddresses: { wan: { Address: '192.0.2.1', Port: 80 } },
  });
  expect(registry.checks.get('tc')?.definition).toMatchObject({
    ...{ notes: 'why', failuresBeforeCritical: 3, failuresBeforeWarning: 2 },
  });
  expect([registrar.owned(), registrar.status(id), registrar.status('none')]).toEqual([[id], 'critical', undefined]);
  told.length = 0;
  registry.updateTtl('tc', 'passing', '');
  expect([registrar.status(id), told]).toEqual(['passing', [id]]);
  await registrar.deregister(id);
  expect([state.tables.catalogServices.get(`agent/${id}`), registrar.owned()]).toEqual([undefined, []]);
  await registrar.deregister('none');
});

test("the agent's own APIs are services, and those of a role that it no longer has go", async () => {
  const { registry } = await synced();
  const self = { nodeId: 'id', server: true, client: true, address: '127.0.0.1', httpPort: 4646, rpcPort: 4647 };
  const names = () => [...registry.services.values()].map(({ name, tags, port }) => `${name} ${tags} ${port}`).slice(1);
  await registerSelfServices(registry, self);
  expect(names()).toEqual(['nomad http 4646', 'nomad rpc 4647', 'nomad serf 4647', 'nomad-client http 4646']);
  await registerSelfServices(registry, { ...self, server: false });
  expect(names()).toEqual(['nomad-client http 4646']);
});
