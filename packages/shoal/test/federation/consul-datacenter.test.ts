import { expect, test } from 'vitest';
import { debian11Program, freePort, type Program, runProgram, startProgram } from '../clients/program.ts';
import { deregisterService, put, registerService } from '../clients/register.ts';
import { type TestAgent, testAgent } from '../support/agent.ts';
import { askDns } from '../support/dns-client.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

// The other datacenter is a real Consul 1.8.7, which is killed and comes back.

const CONSUL = debian11Program('consul');

type RealConsul = { readonly url: string; start(): Promise<Program> };

async function realConsul(): Promise<RealConsul> {
  const [http, serf, server] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${http}`;
  const folder = await tempDir();
  const ports = [`-http-port=${http}`, `-serf-lan-port=${serf}`, `-server-port=${server}`];
  const off = ['-dns-port=-1', '-grpc-port=-1', '-serf-wan-port=-1'];
  return {
    url,
    async start() {
      const named = ['-dev', '-datacenter=dc2', '-node=real', '-bind=127.0.0.1', '-client=127.0.0.1'];
      const program = await startProgram(CONSUL, ['agent', ...named, ...ports, ...off], folder);
      await until('Consul has a leader and is in its own catalog', async () => {
        const answer = await fetch(`${url}/v1/health/service/consul?passing`);
        return ((await answer.json()) as unknown[]).length > 0;
      });
      for (const [Node, Address, Tags] of [
        ['c1', '10.3.0.1', ['green']],
        ['c2', '10.3.0.2', ['blue']],
      ] as const) {
        const Service = { Service: 'web', Port: 90, Tags, Meta: { team: Node } };
        const body = JSON.stringify({ Node, Address, NodeMeta: { rack: Node }, Service });
        await fetch(`${url}/v1/catalog/register`, { method: 'PUT', body });
      }
      return program;
    },
  };
}

test('requests, failover and DNS; it is killed and comes back', { timeout: 120_000 }, async () => {
  const consul = await realConsul();
  let program = await consul.start();
  const agent = await testAgent({
    dev: true,
    config: `remote_datacenter "dc2" { addresses = ["${consul.url}"] }`,
  });
  const get = async <T = unknown>(path: string) => (await (await fetch(agent.consulUrl + path)).json()) as T;
  const members = () => get<{ Status: number }[]>('/v1/agent/members?wan=1');
  await until('it answers', async () => (await members()).length === 2);

  // Consul's own command, asked for the other datacenter.
  const command = (...args: string[]) => runProgram('env', [`CONSUL_HTTP_ADDR=${agent.consulUrl}`, CONSUL, ...args]);
  expect(await command('kv', 'put', '-datacenter=dc2', 'a/b', 'there')).toContain('Success');
  expect(await command('kv', 'get', '-datacenter=dc2', 'a/b')).toBe('there\n');
  expect(await command('catalog', 'datacenters')).toBe('dc1\ndc2\n');
  expect(await command('catalog', 'nodes', '-datacenter=dc2')).toMatch(/^c1 /m);
  expect(await (await fetch(`${consul.url}/v1/kv/a/b?raw`)).text()).toBe('there');
  expect(await members()).toMatchObject([
    { Tags: { dc: 'dc1' } },
    { Name: 'real.dc2', Status: 1, Tags: { dc: 'dc2', role: 'consul' } },
  ]);

  // A blocking query hangs on the other side.
  const held = await fetch(`${agent.consulUrl}/v1/kv/a/b?dc=dc2`);
  const index = held.headers.get('x-consul-index');
  const waiting = fetch(`${agent.consulUrl}/v1/kv/a/b?dc=dc2&raw&index=${index}&wait=60s`);
  await fetch(`${consul.url}/v1/kv/a/b`, { method: 'PUT', body: 'changed' });
  expect(await (await waiting).text()).toBe('changed');

  await registerService(agent, { Name: 'web', ID: 'web', Port: 80, Address: '10.1.0.1' });
  await queries(agent);
  await put(agent, '/v1/agent/service/maintenance/web?enable=true');
  await failsOver(agent);
  await deregisterService(agent, 'web');
  await failsOver(agent);

  program.signal('SIGKILL');
  await until('no answer', async () => (await fetch(`${agent.consulUrl}/v1/kv/a/b?dc=dc2`)).status === 500);
  await until('SERVFAIL', async () => (await dns(agent, 'web.service.dc2.consul')).rcode === 'SERVFAIL');
  expect(await get('/v1/query/far/execute')).toMatchObject({ Nodes: [], Failovers: 1, Datacenter: 'dc1' });
  expect((await dns(agent, 'far.query.consul')).rcode).toBe('NXDOMAIN');
  await until('its server is failed', async () => (await members())[1]?.Status === 4);
  expect(await get('/v1/catalog/datacenters')).toEqual(['dc1', 'dc2']);

  program = await consul.start();
  await until('it answers again', async () => (await fetch(`${agent.consulUrl}/v1/catalog/nodes?dc=dc2`)).ok);
  await until('in DNS as well', async () => (await dns(agent, 'web.service.dc2.consul')).rcode === 'NOERROR');
  await failsOver(agent);

  // The local instance comes back: nothing fails over any more.
  await registerService(agent, { Name: 'web', ID: 'web', Port: 80, Address: '10.1.0.1' });
  expect(await get('/v1/query/far/execute')).toMatchObject({ Failovers: 0, Datacenter: 'dc1' });
  expect(addresses(await dns(agent, 'far.query.consul'))).toEqual(['10.1.0.1']);
});

async function queries(agent: TestAgent): Promise<void> {
  const create = (body: object) =>
    fetch(`${agent.consulUrl}/v1/query`, { method: 'POST', body: JSON.stringify(body) }).then(({ ok }) =>
      expect(ok).toBe(true),
    );
  const Failover = { Datacenters: ['dc9', 'dc2'] };
  await create({ Name: 'far', Service: { Service: 'web', Failover }, DNS: { TTL: '11s' } });
  await create({ Name: 'nearest', Service: { Service: 'web', Failover: { NearestN: 3 } } });
  await create({ Name: 'target', Service: { Service: 'web', Failover: { Targets: [{ Datacenter: 'dc2' }] } } });
  await create({ Name: 'green', Service: { Service: 'web', Tags: ['green'], Failover } });
  await create({ Name: 'not-green', Service: { Service: 'web', Tags: ['!green'], Failover } });
  await create({ Name: 'rack', Service: { Service: 'web', NodeMeta: { rack: 'c2' }, Failover } });
  await create({ Name: 'team', Service: { Service: 'web', ServiceMeta: { team: 'c1' }, Failover } });
  await create({ Name: 'nobody', Service: { Service: 'web', Tags: ['red'], Failover } });
  await create({
    Name: 'any-',
    Template: { Type: 'name_prefix_match', Regexp: '^any-(.+)-(.+)$' },
    Service: { Service: '${match(1)}', Failover: { Datacenters: ['${match(2)}'] } },
  });
}

type Executed = { Nodes: { Node: { Node: string } }[]; Datacenter: string; Failovers: number };

async function failsOver(agent: TestAgent): Promise<void> {
  const nodes = async (name: string, query = '') => {
    const answer = await fetch(`${agent.consulUrl}/v1/query/${name}/execute${query}`);
    const { Nodes, Datacenter, Failovers } = (await answer.json()) as Executed;
    return [Nodes.map(({ Node }) => Node.Node).sort(), Datacenter, Failovers];
  };
  expect(await nodes('far')).toEqual([['c1', 'c2'], 'dc2', 1]);
  expect(await nodes('far', '?limit=1')).toMatchObject([{ length: 1 }, 'dc2', 1]);
  expect(await nodes('nearest')).toEqual([['c1', 'c2'], 'dc2', 1]);
  expect(await nodes('target')).toEqual([['c1', 'c2'], 'dc2', 1]);
  expect(await nodes('green')).toEqual([['c1'], 'dc2', 1]);
  expect(await nodes('not-green')).toEqual([['c2'], 'dc2', 1]);
  expect(await nodes('rack')).toEqual([['c2'], 'dc2', 1]);
  expect(await nodes('team')).toEqual([['c1'], 'dc2', 1]);
  // The last one that answered.
  expect(await nodes('nobody')).toEqual([[], 'dc2', 1]);
  expect(await nodes('any-web-dc2')).toEqual([['c1', 'c2'], 'dc2', 1]);

  const answer = await dns(agent, 'far.query.consul');
  expect(addresses(answer)).toEqual(['10.3.0.1', '10.3.0.2']);
  expect(answer.answer[0]?.ttl).toBe(11);
  const srv = await dns(agent, 'green.query.consul', 'SRV');
  expect(srv.answer[0]?.data).toBe('1 1 90 c1.node.dc2.consul.');
  expect(addresses(await dns(agent, 'green.web.service.dc2.consul'))).toEqual(['10.3.0.1']);
  expect(addresses(await dns(agent, 'c2.node.dc2.consul'))).toEqual(['10.3.0.2']);
}

const dns = (agent: TestAgent, name: string, type = 'A') => askDns(agent.ports.dns, { name, type });
const addresses = ({ answer }: { answer: readonly { data: unknown }[] }) => answer.map(({ data }) => data).sort();
