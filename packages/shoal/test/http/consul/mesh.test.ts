import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsulAgent, startConsulAgent } from './consul-agent.ts';

// What is registered for a mesh is found as by a Consul whose mesh is off.

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsulAgent();
  const proxied = { Kind: 'connect-proxy', ID: 'web-proxy', Service: 'web-sidecar-proxy', Port: 21000 };
  for (const Service of [
    { ID: 'web', Service: 'web', Port: 80 },
    {
      ...proxied,
      Proxy: { destination_service_name: 'Web', Upstreams: [{ DestinationName: 'db', LocalBindPort: 9 }] },
    },
    { Service: 'native', Port: 90, Connect: { Native: true } },
    { Kind: 'ingress-gateway', Service: 'in', Port: 8443 },
    { Kind: 'terminating-gateway', Service: 'out', Port: 8444 },
    // Of another kind than its configuration entry says.
    { Service: 'no-gateway', Port: 8445 },
  ])
    await put('/v1/catalog/register', { Node: 'n1', Address: '10.0.0.1', Service });
  await put('/v1/config', { Kind: 'service-defaults', Name: 'web', Protocol: 'http' });
  const listener = (port: number, name: string, protocol = 'tcp') => ({ port, protocol, services: [{ name }] });
  await put('/v1/config', {
    kind: 'ingress-gateway',
    name: 'in',
    listeners: [listener(8443, 'web', 'http'), listener(8444, '*', 'http'), listener(8445, 'native')],
  });
  await put('/v1/config', { Kind: 'ingress-gateway', Name: 'no-gateway', Listeners: [listener(8445, 'web')] });
  const Services = [{ Name: 'legacy', CAFile: '/ca.pem' }, { Name: '*' }];
  await put('/v1/config', { Kind: 'terminating-gateway', Name: 'out', Services });
});
afterAll(async () => {
  expect(agent.failures).toEqual([]);
  await agent.stop();
});

async function ask(method: 'GET' | 'PUT' | 'POST', url: string, payload?: unknown) {
  const body = payload === undefined ? {} : { payload: JSON.stringify(payload) };
  const answer = await agent.api.app.inject({ method, url, headers: { host: 'localhost' }, ...body });
  return { status: answer.statusCode, text: answer.body, json: () => answer.json() as unknown };
}

async function put(url: string, payload: unknown): Promise<void> {
  expect(await ask('PUT', url, payload)).toMatchObject({ status: 200 });
}

const get = async (url: string) => (await ask('GET', url)).json();

describe('instances are found', () => {
  const cases = [
    {
      name: 'proxies of a service, and gateways that lead to every one',
      of: 'connect/web',
      want: ['web-proxy', 'out'],
    },
    { name: 'those that need no proxy', of: 'connect/native', want: ['native', 'out'] },
    { name: 'gateways to a service that is nowhere else', of: 'connect/legacy', want: ['out'] },
    { name: 'nothing for a proxy itself', of: 'connect/web-sidecar-proxy', want: [] },
    { name: 'gateways to a service, but for those of another kind', of: 'ingress/web', want: ['in'] },
    { name: 'no gateways to a service that none names', of: 'ingress/out', want: [] },
  ];
  test.each(cases)('$name', async ({ of, want }) => {
    const entries = (await get(`/v1/health/${of}`)) as { Service: { ID: string } }[];
    expect(entries.map(({ Service }) => Service.ID)).toEqual(want);
    if (!of.startsWith('connect')) return;
    const rows = (await get(`/v1/catalog/${of}`)) as { ServiceID: string }[];
    expect(rows.map(({ ServiceID }) => ServiceID)).toEqual(want);
  });

  test('with what they were registered with', async () => {
    const Upstreams = [
      { DestinationType: '', DestinationName: 'db', Datacenter: '', LocalBindPort: 9, Config: null, MeshGateway: {} },
    ];
    const shown = { DestinationServiceName: 'Web', Upstreams, MeshGateway: {}, Expose: {} };
    expect(await get('/v1/health/connect/web')).toMatchObject([
      { Service: { Kind: 'connect-proxy', Proxy: shown } },
      {},
    ]);
    expect(await get('/v1/catalog/service/native')).toMatchObject([{ ServiceConnect: { Native: true } }]);
  });

  test('by a filter of theirs', async () => {
    const filter = encodeURIComponent('Service.Proxy.DestinationServiceName == "Web"');
    expect(await get(`/v1/health/connect/web?filter=${filter}`)).toHaveLength(1);
  });

  test('by a prepared query', async () => {
    const query = { Name: 'through', Service: { Service: 'web', Connect: true } };
    expect(await ask('POST', '/v1/query', query)).toMatchObject({ status: 200 });
    await ask('POST', '/v1/query', { Name: 'plain', Service: { Service: 'web' } });
    const ids = async (path: string) =>
      ((await get(path)) as { Nodes: { Service: { ID: string } }[] }).Nodes.map(({ Service }) => Service.ID).sort();
    expect(await ids('/v1/query/through/execute')).toEqual(['out', 'web-proxy']);
    expect(await ids('/v1/query/plain/execute')).toEqual(['web']);
    expect(await ids('/v1/query/plain/execute?connect=true')).toEqual(['out', 'web-proxy']);
    expect(await ask('GET', '/v1/query/plain/execute?connect=perhaps')).toMatchObject({ status: 500 });
  });
});

test('gateways tell what they lead to', async () => {
  const ingress = { Gateway: { Name: 'in' }, GatewayKind: 'ingress-gateway' };
  expect(await get('/v1/catalog/gateway-services/in')).toMatchObject([
    { ...ingress, Service: { Name: 'web' }, Port: 8443, Protocol: 'http' },
    { ...ingress, Service: { Name: 'web' }, Port: 8444, Protocol: 'http', FromWildcard: true },
    { ...ingress, Service: { Name: 'native' }, Port: 8445, Protocol: 'tcp' },
  ]);
  const found = (await get('/v1/catalog/gateway-services/out')) as { Service: { Name: string }; CAFile?: string }[];
  expect(found.map(({ Service, CAFile }) => [Service.Name, CAFile])).toEqual([
    ['legacy', '/ca.pem'],
    ...['native', 'no-gateway', 'web'].map((name) => [name, undefined]),
  ]);
  expect(await get('/v1/catalog/gateway-services/none')).toEqual([]);
});

test("a reading that waits is woken by a gateway's new service", async () => {
  const url = '/v1/health/ingress/late';
  const before = await agent.api.app.inject({ url, headers: { host: 'localhost' } });
  const waiting = ask('GET', `${url}?index=${before.headers['x-consul-index']}&wait=60s`);
  const Listeners = [{ Port: 9000, Services: [{ Name: 'late' }] }];
  await put('/v1/config', { Kind: 'ingress-gateway', Name: 'in2', Listeners });
  await put('/v1/catalog/register', {
    ...{ Node: 'n1', Address: '10.0.0.1' },
    Service: { Kind: 'ingress-gateway', Service: 'in2', Port: 9000 },
  });
  expect((await waiting).status).toBe(200);
  expect(await get(url)).toHaveLength(1);
});

test('services of the agent keep what they are in a mesh', async () => {
  const proxy = { DestinationServiceName: 'app', LocalServicePort: 5000 };
  await put('/v1/agent/service/register', { Name: 'app-proxy', Kind: 'connect-proxy', Port: 1, Proxy: proxy });
  await put('/v1/agent/service/register', { Name: 'app', SocketPath: '/run/app.sock', connect: { native: true } });
  const shown = { Kind: 'connect-proxy', Proxy: { ...proxy, MeshGateway: {}, Expose: {} } };
  expect(await get('/v1/agent/service/app-proxy')).toMatchObject(shown);
  expect(await get('/v1/agent/service/app')).toMatchObject({ SocketPath: '/run/app.sock', Connect: { Native: true } });
  await agent.sync.flush();
  expect(await get('/v1/health/connect/app')).toMatchObject([{}, {}, { Service: { Service: 'out' } }]);
});

describe('is refused', () => {
  const service = (more: object) => ({ Name: 'x', Kind: 'connect-proxy', Port: 1, ...more });
  const ofWeb = { DestinationServiceName: 'web' };
  const cases = [
    { name: 'a proxy of nothing', body: service({}), says: 'DestinationServiceName must be non-empty' },
    { name: 'a proxy without a port', body: service({ Port: 0, Proxy: ofWeb }), says: 'Port must be set' },
    {
      name: 'a native proxy',
      body: service({ Proxy: ofWeb, Connect: { Native: true } }),
      says: 'cannot also be Connect Native',
    },
    {
      name: 'an upstream without a port',
      body: service({ Proxy: { ...ofWeb, Upstreams: [{ DestinationName: 'db' }] } }),
      says: 'upstream local bind port cannot be zero',
    },
    { name: 'a slip in a proxy', body: service({ Proxy: { DestinationServicName: 'web' } }), says: 'unknown field' },
    {
      name: 'a gateway for one service',
      body: service({ Kind: 'mesh-gateway', Proxy: ofWeb }),
      says: 'is invalid for a mesh-',
    },
    { name: 'a mesh that is a number', body: service({ Proxy: ofWeb, Connect: 1 }), says: 'field Connect' },
  ];
  test.each(cases)('$name', async ({ body, says }) => {
    const { status, text } = await ask('PUT', '/v1/agent/service/register', body);
    expect(text).toContain(says);
    expect(status).toBe(400);
  });

  const listening = (...Listeners: object[]) => ({ Kind: 'ingress-gateway', Name: 'g', Listeners });
  const Services = [{ Name: 'a' }];
  const entries = [
    { name: 'an entry of no kind', body: { Name: 'a' }, want: 400, says: 'does not contain a kind/Kind key' },
    {
      name: 'an entry of an unknown kind',
      body: { Kind: 'x', Name: 'a' },
      want: 400,
      says: 'invalid config entry kind: x',
    },
    { name: 'a listener without services', body: listening({ Port: 1 }), want: 500, says: 'No service declared' },
    {
      name: 'two on one port',
      body: listening({ Port: 1, Services }, { Port: 1, Services }),
      want: 500,
      says: 'two listeners',
    },
    {
      name: 'an unknown protocol',
      body: listening({ Port: 1, Protocol: 'udp', Services }),
      want: 500,
      says: "'udp' is an",
    },
    {
      name: 'every service over TCP',
      body: listening({ Port: 1, Services: [{ Name: '*' }] }),
      want: 500,
      says: 'Wildcard',
    },
    { name: 'a list that is none', body: { ...listening(), Listeners: 1 }, want: 400, says: 'field Listeners' },
  ];
  test.each(entries)('$name', async ({ body, want, says }) => {
    const { status, text } = await ask('PUT', '/v1/config', body);
    expect(text).toContain(says);
    expect(status).toBe(want);
  });
});
