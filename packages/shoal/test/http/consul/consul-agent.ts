import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCoordinates } from '../../../src/catalog/coordinates/coordinates.ts';
import { hearEvents } from '../../../src/catalog/events/heard.ts';
import { registryFile } from '../../../src/catalog/registry/file.ts';
import { Registry } from '../../../src/catalog/registry/registry.ts';
import { createSessions } from '../../../src/catalog/sessions/sessions.ts';
import { CatalogSync } from '../../../src/catalog/sync.ts';
import { localCatalogWriter } from '../../../src/catalog/writer.ts';
import { createFederation } from '../../../src/federation/federation.ts';
import { createConsulApi } from '../../../src/http/consul/api.ts';
import type { ConsulFacts } from '../../../src/http/consul/deps.ts';
import { createHttpMetrics } from '../../../src/http/consul/metrics.ts';
import type { ApiServer } from '../../../src/http/shared/api-server.ts';
import { silentLog } from '../../../src/log.ts';
import { openState, type State } from '../../../src/state/state.ts';
import { openEmbeddedStore } from '../../../src/store/embedded.ts';

/** Store, state, registry, anti-entropy and Consul's API as an agent puts them together, on a free port. */
export type ConsulAgent = {
  readonly state: State;
  readonly registry: Registry;
  readonly sync: CatalogSync;
  readonly facts: ConsulFacts;
  readonly api: ApiServer;
  readonly url: string;
  /** What went wrong without being an answer. */
  readonly failures: unknown[];
  stop(): Promise<void>;
};

export async function startConsulAgent(): Promise<ConsulAgent> {
  const dir = await mkdtemp(join(tmpdir(), 'shoal-consul-'));
  const failures: unknown[] = [];
  const state = await openState(await openEmbeddedStore({ path: join(dir, 'store'), mapSize: 64 * 1024 ** 2 }));
  const registry = new Registry({
    file: registryFile(join(dir, 'registry.json')),
    random: Math.random,
    onSaveFailure: (error) => failures.push(error),
  });
  const facts: ConsulFacts = {
    nodeId: randomUUID(),
    nodeName: 'Test-Node',
    datacenter: 'dc1',
    address: '127.0.0.1',
    wanAddress: '127.0.0.1',
    meta: {},
    server: { rpcPort: 4647, version: '1.8.7' },
    version: '1.8.7',
    revision: '',
    builtAt: '2026-01-01T00:00:00.000Z',
    rpcPort: 4647,
    startedAt: Date.now(),
  };
  const writer = localCatalogWriter(state);
  const sync = new CatalogSync({
    registry,
    writer,
    facts,
    random: Math.random,
    onFailure: (error) => failures.push(error),
  });
  const sessions = createSessions({
    state,
    newId: randomUUID,
    now: () => performance.now(),
    onFailure: (error) => failures.push(error),
  });
  const events = hearEvents({ state, nodeName: facts.nodeName, services: () => registry.services.values() });
  const own = `${facts.address}:${facts.rpcPort}`;
  const api = createConsulApi(
    {
      state,
      registry,
      syncCatalog: () => sync.flush(),
      sessions,
      events,
      coordinates: createCoordinates(facts.nodeName, Date.now),
      federation: createFederation({ log: silentLog, now: () => performance.now() }),
      newId: randomUUID,
      facts,
      members: () => [
        {
          name: facts.nodeName,
          address: facts.address,
          port: facts.rpcPort,
          id: facts.nodeId,
          role: 'server',
          status: 'alive',
        },
      ],
      leader: () => own,
      peers: () => [own],
      metrics: createHttpMetrics({ now: () => performance.now(), wallClock: Date.now }),
      prometheus: () => false,
      random: Math.random,
      now: () => performance.now(),
      wallClock: Date.now,
    },
    {
      what: 'The Consul API',
      addresses: ['127.0.0.1'],
      port: 0,
      safety: { hosts: [facts.nodeName], domains: ['consul'], listen: ['127.0.0.1'], ports: [] },
      onFailure: (error) => failures.push(error),
    },
  );
  await registry.start();
  await sync.start();
  sessions.start();
  events.start();
  await api.start();
  return {
    state,
    registry,
    sync,
    facts,
    api,
    url: `http://127.0.0.1:${api.addresses()[0]?.port}`,
    failures,
    async stop() {
      await api.stop();
      sessions.stop();
      events.stop();
      await sync.stop();
      await registry.stop();
      await state.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
