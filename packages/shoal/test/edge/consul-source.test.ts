import { createConsulClient } from '@shoal/api';
import { expect, onTestFinished, test } from 'vitest';
import { createConsulSource } from '../../src/edge/consul-source.ts';
import { backoffMs } from '../../src/edge/follow.ts';
import type { EdgeService } from '../../src/edge/service.ts';
import { isRoutingTag } from '../../src/edge/tags/dialects.ts';
import { type FakeConsul, fakeConsul } from '../support/fake-consul.ts';
import { until } from '../support/until.ts';

const ROUTED = ['shoal.route=a.org'];

function followed(consul: FakeConsul) {
  const pictures: string[] = [];
  const warnings: string[] = [];
  const source = createConsulSource({
    client: createConsulClient({ address: consul.address }),
    isRoutingTag,
    random: Math.random,
    warn: (message) => warnings.push(message),
  });
  onTestFinished(() => source.stop());
  source.start((services) => pictures.push(shown(services)));
  return { source, pictures, warnings };
}

function shown(services: readonly EdgeService[]): string {
  const instances = services.flatMap((service) =>
    service.instances.map((one) => `${service.name}:${one.id}:${one.port}${one.passing ? '' : ':failing'}`),
  );
  return instances.sort().join(' ');
}

test('the first picture is complete, and services without a route are not followed', async () => {
  const consul = await fakeConsul();
  for (let i = 0; i < 20; i++) consul.set({ service: `s${i}`, id: `s${i}`, port: 100 + i, tags: ROUTED });
  consul.set({ service: 'plain', id: 'plain', port: 1, tags: ['v1'] });
  const { pictures } = followed(consul);
  await until('a picture', () => pictures.length > 0);
  expect(pictures[0]?.split(' ')).toHaveLength(20);
  expect(consul.requests.some((path) => path.includes('plain'))).toBe(false);
});

test('changes are told at once: new instances, failing checks, removal, a tag that comes or goes', async () => {
  const consul = await fakeConsul();
  const { pictures } = followed(consul);
  const tell = async (change: () => void, want: string): Promise<void> => {
    await until('the edge waits', () => consul.waiting() > 0);
    change();
    await until(want || 'nothing', () => pictures.at(-1) === want);
  };
  await until('a picture of nothing', () => pictures.length === 1);
  await tell(() => consul.set({ service: 'web', id: 'w1', port: 1, tags: ROUTED }), 'web:node/w1:1');
  await tell(() => consul.set({ service: 'web', id: 'w2', port: 2, tags: ROUTED }), 'web:node/w1:1 web:node/w2:2');
  await tell(
    () => consul.set({ service: 'web', id: 'w1', port: 1, tags: ROUTED, status: 'critical' }),
    'web:node/w1:1:failing web:node/w2:2',
  );
  await tell(() => consul.remove('w1'), 'web:node/w2:2');
  await tell(() => consul.set({ service: 'web', id: 'w2', port: 2, tags: ['v2'] }), '');
  await tell(() => consul.set({ service: 'web', id: 'w2', port: 2, tags: ROUTED }), 'web:node/w2:2');
});

test('while the catalog is away nothing is told; when it is back, what changed meanwhile is', async () => {
  const consul = await fakeConsul();
  consul.set({ service: 'web', id: 'w1', port: 1, tags: ROUTED });
  const { pictures, warnings } = followed(consul);
  await until('the first picture', () => pictures.at(-1) === 'web:node/w1:1');
  await consul.down();
  await until('a warning', () => warnings.length === 1);
  expect(pictures.at(-1)).toBe('web:node/w1:1');
  consul.set({ service: 'web', id: 'w2', port: 2, tags: ROUTED });
  await consul.up();
  await until('the new picture', () => pictures.at(-1) === 'web:node/w1:1 web:node/w2:2');
  await until('the word that it is back', () => warnings.length === 2);
});

test('a catalog that is not there yet is waited for', async () => {
  const consul = await fakeConsul();
  await consul.down();
  consul.set({ service: 'web', id: 'w1', port: 1, tags: ROUTED });
  const { pictures, warnings } = followed(consul);
  await until('a warning', () => warnings.length === 1);
  await consul.up();
  await until('the picture', () => pictures.at(-1) === 'web:node/w1:1');
});

test('after stop nothing waits at the catalog', async () => {
  const consul = await fakeConsul();
  consul.set({ service: 'web', id: 'w1', port: 1, tags: ROUTED });
  const { source } = followed(consul);
  await until('both queries wait', () => consul.waiting() === 2);
  await source.stop();
  await until('nothing waits', () => consul.waiting() === 0);
});

test('pauses grow to a limit and differ between edges', () => {
  expect([1, 2, 3, 20].map((n) => backoffMs(n, () => 1))).toEqual([50, 100, 200, 3000]);
  expect(backoffMs(1, () => 0)).toBe(25);
});
