import { onTestFinished } from 'vitest';
import { nomadEndpoints } from '../../../../src/http/nomad/api.ts';
import { nomadDialect } from '../../../../src/http/nomad/dialect.ts';
import { type ApiServer, createApiServer } from '../../../../src/http/shared/api-server.ts';
import { aCluster, type Cluster } from '../../../server/support/cluster.ts';

export type Api = Cluster & {
  get(path: string): Promise<unknown>;
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string; index: number }>;
  url: string;
};

/** Nomad's API over a server whose clients only pretend. */
export async function anApi(options: Parameters<typeof aCluster>[0] = {}): Promise<Api> {
  const cluster = await aCluster(options);
  const agent = {
    self: () => ({}),
    members: () => [],
    health: () => ({}),
    leader: () => '127.0.0.1:4647',
    peers: () => ['127.0.0.1:4647'],
    region: 'global',
    datacenter: 'dc1',
    serverName: 'test.global',
  };
  const endpoints = nomadEndpoints({
    state: cluster.state,
    server: cluster.server,
    tunnels: {} as never,
    localNode: () => undefined,
    region: 'global',
    random: () => 0,
    now: () => performance.now(),
    agent,
  });
  const api: ApiServer = createApiServer({
    what: 'The Nomad API',
    endpoints,
    dialect: nomadDialect,
    addresses: ['127.0.0.1'],
    port: 0,
    safety: { hosts: [], domains: [], listen: ['127.0.0.1'], ports: [] },
  });
  await api.start();
  onTestFinished(() => api.stop());
  const url = `http://127.0.0.1:${api.addresses()[0]?.port}`;
  const ask: Api['ask'] = async (method, path, body) => {
    const response = await fetch(url + path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
    return {
      status: response.status,
      text: await response.text(),
      index: Number(response.headers.get('x-nomad-index')),
    };
  };
  return Object.assign(cluster, {
    url,
    ask,
    get: async (path: string) => JSON.parse((await ask('GET', path)).text) as unknown,
  });
}
