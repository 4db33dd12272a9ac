import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configuredServices } from '../../src/agent/configured-services.ts';
import { registryFile } from '../../src/catalog/registry/file.ts';
import { Registry } from '../../src/catalog/registry/registry.ts';
import { silentLog } from '../../src/log.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

async function prepared({ scripts = false } = {}) {
  const folder = await tempDir();
  const told: object[] = [];
  const registry = new Registry({
    file: registryFile(join(folder, 'registry.json')),
    random: Math.random,
    onSaveFailure: (error) => expect.unreachable(String(error)),
  });
  await registry.start();
  onTestFinished(() => registry.stop());
  const log = { ...silentLog, error: (fields: object, message: string) => told.push({ ...fields, message }) };
  const configured = configuredServices({
    registry,
    rules: { scripts, local: true },
    file: join(folder, 'configured.json'),
    log,
  });
  return { registry, configured, told };
}

const web = { name: 'web', port: 80, tags: ['v1'], check: { tcp: '127.0.0.1:80', interval: '10s' } };

test('services of the configuration are registered with their checks, and go with it', async () => {
  const { registry, configured } = await prepared();
  await configured.apply({ services: [web, { id: 'db-1', name: 'db' }], checks: [{ name: 'disk', ttl: '30s' }] });
  expect([...registry.services.keys()].sort()).toEqual(['db-1', 'web']);
  expect([...registry.checks.keys()].sort()).toEqual(['disk', 'service:web']);
  await configured.apply({ services: [{ ...web, port: 81 }], checks: [] });
  expect([...registry.services.values()].map(({ id, port }) => `${id} ${port}`)).toEqual(['web 81']);
  expect([...registry.checks.keys()]).toEqual(['service:web']);
});

test('what was registered over the API is left alone', async () => {
  const { registry, configured } = await prepared();
  await configured.apply({ services: [web], checks: [] });
  const [service] = registry.services.values();
  if (service) await registry.registerService({ ...service, id: 'own', name: 'own' });
  await configured.apply({ services: [], checks: [] });
  expect([...registry.services.keys()]).toEqual(['own']);
});

test('one that cannot be registered is told of, and the others are there', async () => {
  const { registry, configured, told } = await prepared();
  const bad = { name: 'bad', check: { script: '/bin/true', interval: '10s' } };
  await configured.apply({
    services: [bad, { nothing: 1 }, web],
    checks: [{ name: 'x', service_id: 'none', ttl: '1s' }],
  });
  expect([...registry.services.keys()]).toEqual(['web']);
  expect(told).toEqual([
    {
      message: expect.stringContaining('service "bad"'),
      reason: expect.stringContaining('enable_local_script_checks'),
    },
    { message: expect.stringContaining('service'), reason: expect.stringContaining('unknown field') },
    { message: expect.stringContaining('check "x"'), reason: expect.stringContaining('does not exist') },
  ]);
});

test('checks of the configuration may run programs when the configuration says so', async () => {
  const { registry, configured, told } = await prepared({ scripts: true });
  await configured.apply({ services: [], checks: [{ name: 'disk', args: ['/bin/true'], interval: '10s' }] });
  expect(told).toEqual([]);
  await until('it has run', () => registry.checks.get('disk')?.status === 'passing');
});
