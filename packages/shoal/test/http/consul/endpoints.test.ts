import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { type ConsulAgent, startConsulAgent } from './consul-agent.ts';

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsulAgent();
});
afterAll(async () => {
  expect(agent.failures).toEqual([]);
  await agent.stop();
});

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

async function ask(method: Method, url: string, payload?: unknown) {
  const response = await agent.api.app.inject({
    method,
    url,
    headers: { host: 'localhost' },
    ...(payload !== undefined && { payload: Buffer.isBuffer(payload) ? payload : JSON.stringify(payload) }),
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    text: response.body,
    bytes: response.rawPayload,
    json: () => response.json() as unknown,
  };
}

describe('what there is none of', () => {
  type Case = { name: string; method?: Method; url: string; want: number; says: RegExp };
  const cases: Case[] = [
    { name: 'a mesh', url: '/v1/connect/ca/roots', want: 500, says: /^Connect must be enabled/ },
    { name: 'intentions', method: 'POST', url: '/v1/connect/intentions', want: 500, says: /^Connect must be enabled/ },
    { name: 'peers', url: '/v1/peerings', want: 500, says: /^peering must be enabled/ },
    { name: 'proxies of a service', url: '/v1/health/connect/web', want: 200, says: /^\[\]$/ },
    { name: 'gateways', url: '/v1/catalog/gateway-services/gw', want: 200, says: /^\[\]$/ },
    { name: 'a gossip keyring', url: '/v1/operator/keyring', want: 500, says: /no gossip keyring/ },
    { name: 'partitions', url: '/v1/kv/x?partition=other', want: 400, says: /Enterprise/ },
    { name: 'an unknown server', method: 'DELETE', url: '/v1/operator/raft/peer?id=x', want: 500, says: /not found/ },
    { name: 'an unknown node', method: 'PUT', url: '/v1/agent/force-leave/none', want: 500, says: /No node found/ },
    { name: 'a stranger', method: 'PUT', url: '/v1/agent/join/192.0.2.1', want: 500, says: /retry_join/ },
    {
      name: 'a token of the agent',
      method: 'PUT',
      url: '/v1/agent/token/default',
      want: 401,
      says: /^ACL support disabled$/,
    },
    { name: 'ACLs in their old form', url: '/v1/acl/list', want: 401, says: /^ACL support disabled$/ },
    { name: 'segments', url: '/v1/agent/members?segment=x', want: 500, says: /^Network segments are not supported/ },
    { name: 'namespaces of the agent', url: '/v1/agent/services?ns=x', want: 400, says: /Namespaces are a Consul Ent/ },
    {
      name: 'servers elsewhere',
      url: '/v1/operator/raft/configuration?dc=x',
      want: 500,
      says: /No path to datacenter/,
    },
    {
      name: 'a server of two names',
      method: 'DELETE',
      url: '/v1/operator/raft/peer?id=x&address=y',
      want: 400,
      says: /only one of/,
    },
    { name: 'an unknown kind', url: '/v1/config/nothing', want: 500, says: /invalid config entry kind/ },
    { name: 'an unknown entry', url: '/v1/config/mesh/mesh', want: 404, says: /Config entry not found/ },
    { name: 'metrics for Prometheus', url: '/v1/agent/metrics?format=prometheus', want: 415, says: /not enabled/ },
  ];
  test.each(cases)('$name', async ({ method = 'GET', url, want, says }) => {
    const { status, text } = await ask(method, url);
    expect(text).toMatch(says);
    expect(status).toBe(want);
  });
});

describe('what there is', () => {
  const cases: { name: string; url: string; want: unknown }[] = [
    { name: 'this host', url: '/v1/agent/host', want: { Host: { os: 'linux' }, Errors: null } },
    { name: 'healthy servers', url: '/v1/operator/autopilot/health', want: { Healthy: true, FailureTolerance: 0 } },
    { name: 'their state', url: '/v1/operator/autopilot/state', want: { Healthy: true, Voters: [expect.any(String)] } },
    { name: 'their rules', url: '/v1/operator/autopilot/configuration', want: { CleanupDeadServers: true } },
    { name: 'what is used', url: '/v1/operator/usage', want: { Usage: { dc1: { Services: 1, Nodes: 1 } } } },
    { name: 'this server as others see it', url: '/v1/agent/members?wan=1', want: [{ Name: 'Test-Node.dc1' }] },
    { name: 'versions of the protocol', url: '/v1/agent/members', want: [{ Tags: { vsn: '2', segment: '' } }] },
    { name: 'this member', url: '/v1/agent/members?filter=Status==1', want: [{ Name: 'Test-Node' }] },
  ];
  test.each(cases)('$name', async ({ url, want }) => {
    const { status, json } = await ask('GET', url);
    expect(json()).toMatchObject(want as object);
    expect(status).toBe(200);
  });

  test('itself, to join', async () => expect((await ask('PUT', '/v1/agent/join/127.0.0.1')).status).toBe(200));
});

test('a configuration entry is kept, compared and served', async () => {
  const put = (entry: object, cas = '') => ask('PUT', `/v1/config${cas}`, entry);
  expect((await put({ kind: 'service-defaults', name: 'web', Protocol: 'http' })).text).toBe('true');
  const one = (await ask('GET', '/v1/config/service-defaults/web')).json() as { ModifyIndex: number };
  expect(one).toMatchObject({ Kind: 'service-defaults', Name: 'web', Protocol: 'http' });
  expect((await put({ Kind: 'service-defaults', Name: 'web' }, '?cas=1')).text).toBe('false');
  expect((await put({ Kind: 'service-defaults', Name: 'web' }, `?cas=${one.ModifyIndex}`)).text).toBe('true');
  expect((await ask('GET', '/v1/config/service-defaults')).json()).toHaveLength(1);
  expect((await put({ Kind: 'proxy-defaults', Name: 'other' })).text).toMatch(/only "global"/);
  expect((await ask('DELETE', '/v1/config/service-defaults/web')).text).toBe('{}');
  expect((await ask('GET', '/v1/config/service-defaults')).json()).toEqual([]);
});

test('a prepared query is executed, explained and limited', async () => {
  const register = (Node: string, ID: string) =>
    ask('PUT', '/v1/catalog/register', { Node, Address: '10.0.0.9', Service: { Service: 'pq', ID, Port: 1 } });
  await register('pq-1', 'a');
  await register('pq-2', 'b');
  const Template = { Type: 'name_prefix_match' };
  const query = { Name: 'find-', Template, Service: { Service: '${name.suffix}', Near: 'pq-2' }, DNS: { TTL: '7s' } };
  await ask('POST', '/v1/query', query);
  const found = (await ask('GET', '/v1/query/find-pq/execute')).json() as { Nodes: { Node: { Node: string } }[] };
  expect(found).toMatchObject({ Service: 'pq', DNS: { TTL: '7s' }, Datacenter: 'dc1', Failovers: 0 });
  expect(found.Nodes.map(({ Node }) => Node.Node)).toEqual(['pq-2', 'pq-1']);
  const limited = (await ask('GET', '/v1/query/find-pq/execute?limit=1&near=pq-1')).json() as typeof found;
  expect(limited.Nodes.map(({ Node }) => Node.Node)).toEqual(['pq-1']);
  expect((await ask('GET', '/v1/query/find-pq/explain')).json()).toMatchObject({
    Query: { Service: { Service: 'pq' } },
  });
  expect((await ask('GET', '/v1/query/none/execute')).status).toBe(404);
  for (const Node of ['pq-1', 'pq-2']) await ask('PUT', '/v1/catalog/deregister', { Node });
});

test('an event wakes those who wait for it, and nobody else', async () => {
  const fired = (await ask('PUT', '/v1/event/fire/one')).json() as { ID: string };
  const { headers } = await ask('GET', '/v1/event/list?name=one');
  const waiting = ask('GET', `/v1/event/list?name=one&index=${headers['x-consul-index']}&wait=10s`);
  await until('it waits', () => agent.state.waiting() > 0);
  await ask('PUT', '/v1/event/fire/other');
  await until('it waits on', () => agent.state.waiting() > 0);
  await ask('PUT', '/v1/event/fire/one');
  const events = (await waiting).json() as { ID: string; LTime: number }[];
  expect(events).toHaveLength(2);
  expect(events[0]?.ID).toBe(fired.ID);
});

test('nodes come by their distance where it is known', async () => {
  const at = (seconds: number) => ({ Vec: [seconds, 0, 0, 0, 0, 0, 0, 0], Error: 0.1, Adjustment: 0, Height: 1e-5 });
  for (const [Node, seconds] of Object.entries({ far: 0.2, near: 0.001 })) {
    await ask('PUT', '/v1/catalog/register', { Node, Address: '10.0.0.9', Service: { Service: 'geo' } });
    expect((await ask('PUT', '/v1/coordinate/update', { Node, Coord: at(seconds) })).status).toBe(200);
  }
  const nodes = async (near: string) => {
    const found = (await ask('GET', `/v1/health/service/geo?near=${near}`)).json() as { Node: { Node: string } }[];
    return found.map(({ Node }) => Node.Node);
  };
  expect(await nodes('_agent')).toEqual(['near', 'far']);
  expect(await nodes('far')).toEqual(['far', 'near']);
  expect((await ask('GET', '/v1/coordinate/node/near')).json()).toMatchObject([{ Node: 'near', Coord: at(0.001) }]);
  expect((await ask('PUT', '/v1/coordinate/update', { Node: 'near', Coord: { Vec: [1] } })).status).toBe(400);
  for (const Node of ['far', 'near']) await ask('PUT', '/v1/catalog/deregister', { Node });
});

describe('a transaction', () => {
  const node = { Node: 'tx', Address: '10.0.0.7', Meta: { a: '1' } };

  test('registers and removes nodes, services and checks', async () => {
    const made = await ask('PUT', '/v1/txn', [
      { Node: { Verb: 'set', Node: node } },
      { Service: { Verb: 'set', Node: 'tx', Service: { Service: 'web', Port: 80, Tags: ['v1'] } } },
      { Check: { Verb: 'set', Check: { Node: 'tx', CheckID: 'up', ServiceID: 'web', Status: 'passing' } } },
      { Service: { Verb: 'get', Node: 'tx', Service: { ID: 'web' } } },
    ]);
    expect(made.json()).toMatchObject({
      Results: [
        { Node: { Node: 'tx', Meta: { a: '1' } } },
        { Service: { Service: 'web', Port: 80 } },
        { Check: { CheckID: 'up', ServiceTags: ['v1'] } },
        { Service: { ID: 'web' } },
      ],
    });
    expect((await ask('GET', '/v1/health/service/web?passing')).json()).toHaveLength(1);
    expect((await ask('PUT', '/v1/txn', [{ Node: { Verb: 'delete', Node: node } }])).status).toBe(200);
    expect((await ask('GET', '/v1/catalog/service/web')).json()).toEqual([]);
    expect((await ask('GET', '/v1/health/node/tx')).json()).toEqual([]);
  });

  test('says everything that cannot be done, and does nothing', async () => {
    const { status, json } = await ask('PUT', '/v1/txn', [
      { KV: { Verb: 'set', Key: 'tx/k', Value: 'dg==' } },
      { Service: { Verb: 'set', Node: 'nowhere', Service: { Service: 'web' } } },
      { Node: { Verb: 'cas', Node: { ...node, ModifyIndex: 7 } } },
      { Check: { Verb: 'get', Check: { Node: 'tx', CheckID: 'none' } } },
      { Session: { Verb: 'create', Session: {} } },
    ]);
    expect(status).toBe(409);
    const { Errors } = json() as { Errors: { OpIndex: number; What: string }[] };
    expect(Errors.map(({ OpIndex }) => OpIndex)).toEqual([1, 2, 3, 4]);
    expect((await ask('GET', '/v1/kv/tx/k')).status).toBe(404);
  });

  test('ends a session and lets its keys go', async () => {
    const { ID } = (await ask('PUT', '/v1/session/create', { LockDelay: '0s' })).json() as { ID: string };
    await ask('PUT', `/v1/kv/tx/lock?acquire=${ID}`, 'v');
    expect((await ask('PUT', '/v1/txn', [{ Session: { Verb: 'delete', Session: { ID } } }])).status).toBe(200);
    expect((await ask('GET', '/v1/kv/tx/lock')).json()).toMatchObject([{ LockIndex: 1 }]);
    expect((await ask('GET', '/v1/kv/tx/lock')).text).not.toContain('Session');
  });
});

describe('a snapshot', () => {
  test('brings back what was there, and nothing else', async () => {
    await ask('PUT', '/v1/kv/snap/kept', 'one');
    await ask('PUT', '/v1/catalog/register', { Node: 'snap', Address: '10.0.0.8', Service: { Service: 'snap' } });
    const { bytes, headers } = await ask('GET', '/v1/snapshot');
    expect(headers['content-type']).toBe('application/x-gzip');
    await ask('PUT', '/v1/kv/snap/kept', 'changed');
    await ask('PUT', '/v1/kv/snap/later', 'x');
    await ask('PUT', '/v1/catalog/deregister', { Node: 'snap' });
    expect((await ask('PUT', '/v1/snapshot', bytes)).status).toBe(200);
    expect((await ask('GET', '/v1/kv/snap/kept?raw')).text).toBe(JSON.stringify('one'));
    expect((await ask('GET', '/v1/kv/snap/?keys')).json()).toEqual(['snap/kept']);
    expect((await ask('GET', '/v1/catalog/service/snap')).json()).toHaveLength(1);
    expect((await ask('GET', '/v1/catalog/node/Test-Node')).json()).toMatchObject({ Node: { Node: 'Test-Node' } });
  });

  test('that is not whole restores nothing', async () => {
    await ask('PUT', '/v1/kv/snap/kept', 'one');
    const { bytes } = await ask('GET', '/v1/snapshot');
    await ask('PUT', '/v1/kv/snap/kept', 'two');
    for (const broken of [bytes.subarray(0, bytes.length - 20), Buffer.from('nonsense'), Buffer.alloc(0)]) {
      const { status, text } = await ask('PUT', '/v1/snapshot', broken);
      expect(text).toMatch(/no whole snapshot/);
      expect(status).toBe(400);
    }
    expect((await ask('GET', '/v1/kv/snap/kept?raw')).text).toBe(JSON.stringify('two'));
  });
});
