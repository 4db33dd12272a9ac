import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';
import { addressesOf, clientOf, QUICK_SERVER, startServer } from './cluster-config.ts';

/** Another datacenter as an agent without the server role sees it: by its own configuration, or through its server. */

let hosts: Hosts;
let far: HostAgent;
let knowing: HostAgent;
let plain: HostAgent;

beforeAll(async () => {
  hosts = await makeHosts(['server', 'knowing', 'plain', 'far']);
  far = await hosts.agent('far', `datacenter = "dc2"\n${QUICK_SERVER}`);
  await far.start();
  const remote = `remote_datacenter "dc2" { addresses = ["http://${far.address}:8500"] }\n`;
  const { server, token } = await startServer(hosts, 'server', `${remote}${QUICK_SERVER}`);
  knowing = await hosts.agent('knowing', `${remote}${clientOf(server.address)}`);
  plain = await hosts.agent('plain', clientOf(server.address));
  for (const agent of [knowing, plain]) await agent.start({ SHOAL_JOIN_TOKEN: token });
  const Service = { Service: 'web', Port: 80, Tags: ['far'] };
  const body = JSON.stringify({ Datacenter: 'dc2', Node: 'w1', Address: '192.0.2.1', Service });
  const { control } = hosts.network.host('plain');
  await until('an instance is registered over there, through the server', async () => {
    const answer = await fetch(`http://${control}:8500/v1/catalog/register`, { method: 'PUT', body });
    return answer.ok;
  });
}, 90_000);
afterAll(() => hosts?.dispose());

test.each([
  '/v1/kv/k?dc=dc2&raw',
  '/v1/catalog/nodes?dc=dc2',
  '/v1/health/service/web?dc=dc2&tag=far',
  '/v1/session/list?dc=dc2',
])('GET %s is answered by the other datacenter', async (path) => {
  const { control } = hosts.network.host('plain');
  const put = await fetch(`http://${control}:8500/v1/kv/k?dc=dc2`, { method: 'PUT', body: 'v' });
  expect(await put.text()).toBe('true');
  const answers = await Promise.all([far, knowing, plain].map(async (agent) => (await agent.get(path)).text()));
  expect(new Set(answers).size).toBe(1);
});

test('an unknown one is one for all', async () => {
  for (const agent of [knowing, plain])
    for (const path of ['/v1/kv/k?dc=dc9', '/v1/catalog/nodes?dc=dc9']) {
      const answer = await agent.get(path);
      expect([answer.status, await answer.text()]).toEqual([500, 'No path to datacenter']);
    }
});

test('names and queries by its own configuration', async () => {
  const { control } = hosts.network.host('knowing');
  const Service = { Service: 'web', Failover: { Datacenters: ['dc2'] } };
  const body = JSON.stringify({ Name: 'far', Service });
  expect((await fetch(`http://${control}:8500/v1/query`, { method: 'POST', body })).status).toBe(200);
  expect(await addressesOf(knowing, 'far.web.service.dc2.consul')).toEqual(['192.0.2.1']);
  expect(await addressesOf(knowing, 'far.query.consul')).toEqual(['192.0.2.1']);
  const executed = await (await knowing.get('/v1/query/far/execute')).json();
  expect(executed).toMatchObject({ Datacenter: 'dc2', Failovers: 1 });
});
