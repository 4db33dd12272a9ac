import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFollowCatalog, type FollowCatalog } from '../../../src/catalog/checks/follow-catalog.ts';
import { registryFile } from '../../../src/catalog/registry/file.ts';
import { Registry, type RegistryChange } from '../../../src/catalog/registry/registry.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { emptyState, register } from '../catalog-state.ts';
import { aCheck, aService } from '../definitions.ts';

async function startRegistry(
  path?: string,
  followCatalog?: FollowCatalog,
): Promise<{ registry: Registry; path: string; changes: RegistryChange[] }> {
  const file = path ?? join(await tempDir(), 'registry.json');
  const onSaveFailure = (error: unknown) => {
    throw error;
  };
  const registry = new Registry({
    file: registryFile(file),
    random: () => 0,
    onSaveFailure,
    ...(followCatalog && { followCatalog }),
  });
  const changes: RegistryChange[] = [];
  registry.onChange((change) => changes.push(change));
  await registry.start();
  onTestFinished(() => registry.stop());
  return { registry, path: file, changes };
}

const status = (registry: Registry, id: string) => registry.checks.get(id)?.status;

describe('the registry', () => {
  test('comes back with services, checks, statuses and maintenance, also after a kill', async () => {
    const { registry, path } = await startRegistry();
    await registry.registerService(aService(), [aCheck({ serviceId: 'web' })]);
    registry.updateTtl('c', 'passing', 'fine');
    await registry.setNodeMaintenance(true, 'work');
    // Not stopped: what counts is what was answered.
    const { registry: again } = await startRegistry(path);
    expect([...again.services.values()]).toEqual([aService()]);
    expect(again.checks.get('c')).toMatchObject({ status: 'passing', output: 'fine' });
    expect(again.checks.get('_node_maintenance')).toMatchObject({ status: 'critical', definition: { notes: 'work' } });
  });

  test('says what to do when its file is not one', async () => {
    const path = join(await tempDir(), 'registry.json');
    await writeFile(path, '{"half');
    await expect(startRegistry(path)).rejects.toThrow(/registry\.json cannot be read: .*Move the file away/);
  });

  test('writes many registrations at a time in few files, and all are in the last', async () => {
    const { registry, path } = await startRegistry();
    await Promise.all(Array.from({ length: 50 }, (_, at) => registry.registerService(aService({ id: `s${at}` }))));
    expect(JSON.parse(await readFile(path, 'utf8')).services).toHaveLength(50);
  });

  test('keeps the status of a check that is registered again, and drops others only when asked to', async () => {
    const { registry } = await startRegistry();
    const checks = [aCheck({ id: 'a', serviceId: 'web' }), aCheck({ id: 'b', serviceId: 'web' })];
    await registry.registerService(aService(), checks);
    registry.updateTtl('a', 'passing', '');
    await registry.registerService(aService({ port: 81 }), [aCheck({ id: 'a', serviceId: 'web', notes: 'new' })]);
    expect(registry.checks.get('a')).toMatchObject({ status: 'passing', definition: { notes: 'new' } });
    expect(registry.checks.has('b')).toBe(true);
    await registry.registerService(aService(), checks.slice(0, 1), { replaceChecks: true });
    expect([...registry.checks.keys()]).toEqual(['a']);
  });

  test('a TTL that is not renewed in time is critical', async () => {
    const { registry } = await startRegistry();
    await registry.registerCheck(aCheck({ initialStatus: 'passing', run: { kind: 'ttl', ttlMs: 30 } }));
    registry.updateTtl('c', 'passing', 'alive');
    await until('the TTL expired', () => status(registry, 'c') === 'critical');
    expect(registry.checks.get('c')?.output).toBe('TTL expired. Last output before timeout was: alive');
    expect(() => registry.updateTtl('none', 'passing', '')).toThrow('CheckID "none" does not have associated TTL');
  });

  test('a service that stays critical is removed when its check says so', async () => {
    const { registry } = await startRegistry();
    await registry.registerService(aService(), [aCheck({ serviceId: 'web', deregisterAfterMs: 30 })]);
    await until('the service is gone', () => registry.services.size === 0);
    expect(registry.checks.size).toBe(0);
  });

  test('runs http checks, and tells changes of status apart from those of output', async () => {
    let count = 0;
    let code = 200;
    const server = createServer((_, response) => {
      count += 1;
      response.writeHead(code).end(String(count));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { registry, changes } = await startRegistry();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const request = { url, method: 'GET', headers: {}, body: '', tlsSkipVerify: false };
    const run = { kind: 'http', ...request, intervalMs: 5, timeoutMs: 1000 } as const;
    await registry.registerService(aService(), [aCheck({ serviceId: 'web', failuresBeforeCritical: 3, run })]);
    await until('it passes', () => status(registry, 'c') === 'passing');
    await until('outputs are told', () => changes.some((change) => change.outputOnly));
    code = 500;
    const failedFrom = count;
    await until('it fails', () => status(registry, 'c') === 'critical');
    expect(count - failedFrom).toBeGreaterThanOrEqual(3);
    await registry.deregisterService('web');
    const last = count;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(count).toBeLessThanOrEqual(last + 1);
  });

  test('an alias follows its service and the node', async () => {
    const { registry } = await startRegistry();
    await registry.registerService(aService(), [aCheck({ serviceId: 'web', initialStatus: 'passing' })]);
    await registry.registerCheck(aCheck({ id: 'alias', run: { kind: 'alias', serviceId: 'web' } }));
    expect(status(registry, 'alias')).toBe('passing');
    registry.updateTtl('c', 'warning', '');
    expect(status(registry, 'alias')).toBe('warning');
    await registry.setNodeMaintenance(true, '');
    expect(status(registry, 'alias')).toBe('critical');
    await registry.setNodeMaintenance(false, '');
    expect(status(registry, 'alias')).toBe('warning');
  });

  test('start and stop may be called twice', async () => {
    const { registry } = await startRegistry();
    await registry.start();
    await Promise.all([registry.stop(), registry.stop()]);
  });
});

describe('an alias of another node', () => {
  test('shows the worst of what the catalog knows of the node and the service, and follows it', async () => {
    const state = await emptyState();
    const put = (given: Parameters<typeof register>[1]) => register(state, given);
    const { registry } = await startRegistry(undefined, createFollowCatalog(state));
    await registry.registerCheck(aCheck({ id: 'alias', run: { kind: 'alias', serviceId: 'db', node: 'far' } }));
    await until('it is told', () => registry.checks.get('alias')?.output === 'There is no node far');
    await put({ Node: 'far', Checks: [{ CheckID: 'up', Status: 'passing' }] });
    await until('it passes', () => status(registry, 'alias') === 'passing');
    await put({
      Node: 'far',
      Service: { Service: 'db' },
      Checks: [{ CheckID: 'slow', Status: 'warning', ServiceID: 'db' }],
    });
    await until('it warns', () => status(registry, 'alias') === 'warning');
    await put({
      Node: 'far',
      Service: { Service: 'web' },
      Checks: [{ CheckID: 'other', Status: 'critical', ServiceID: 'web' }],
    });
    await put({ Node: 'far', Checks: [{ CheckID: 'up', Name: 'up', Status: 'critical', Output: 'down' }] });
    await until('it is critical', () => status(registry, 'alias') === 'critical');
    expect(registry.checks.get('alias')?.output).toBe('Aliased check "up" failing: down');
  });
});
