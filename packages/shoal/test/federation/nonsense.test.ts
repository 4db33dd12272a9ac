import { expect, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { askDns } from '../support/dns-client.ts';
import { httpInstance } from '../support/http-instance.ts';
import { until } from '../support/until.ts';

// Real agent, and datacenters whose APIs are none.

const INSTANCE = {
  Node: { Node: 'n', Address: '10.4.0.1' },
  Service: { ID: 'w', Service: 'web', Address: '', Port: 1 },
};

test('nothing that another datacenter says or does not say harms this one', { timeout: 90_000 }, async () => {
  const page = await httpInstance((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<html>');
  });
  const held = new Set<string>();
  const silent = await httpInstance(({ url = '' }, response) => {
    held.add(url);
    response.once('close', () => held.delete(url));
  });
  const endless = await httpInstance((_, response) => {
    const part = Buffer.alloc(64 * 1024, '[');
    const more = () => {
      while (!response.destroyed && response.write(part));
    };
    response.setHeader('content-type', 'application/json');
    response.on('drain', more);
    more();
  });
  const odd = await httpInstance((_, response) => {
    response.end(
      JSON.stringify([null, 1, { Node: 'n' }, { ...INSTANCE, Service: { ...INSTANCE.Service, Port: '1' } }]),
    );
  });
  const good = await httpInstance((_, response) => response.end(JSON.stringify([{ ...INSTANCE, Checks: null }])));
  const remotes = { page, silent, endless, odd, good };
  const agent = await testAgent({
    dev: true,
    config: Object.entries(remotes)
      .map(([name, { port }]) => `remote_datacenter "${name}" { addresses = ["127.0.0.1:${port}"] }\n`)
      .join(''),
  });
  const get = (path: string, init: RequestInit = {}) => fetch(agent.consulUrl + path, init);
  const dns = async (name: string) => (await askDns(agent.ports.dns, { name })).rcode;

  // What is passed on is passed on as it comes.
  const html = await get('/v1/kv/x?dc=page');
  expect([html.status, html.headers.get('content-type'), await html.text()]).toEqual([200, 'text/html', '<html>']);
  const leaving = new AbortController();
  const stream = await get('/v1/kv/x?dc=endless', { signal: leaving.signal });
  let read = 0;
  for await (const part of stream.body ?? []) {
    read += (part as Uint8Array).length;
    // More than the agent would hold of it.
    if (read > 200 * 1024 * 1024) break;
  }
  leaving.abort();
  await until('nobody reads it', () => endless.sockets.size <= 1);

  // Who goes away ends what waits over there.
  const question = '/v1/kv/held?dc=silent&index=5&wait=600s';
  const gone = new AbortController();
  const waiting = get(question, { signal: gone.signal }).catch(() => 'gone');
  await until('it waits over there', () => held.has(question));
  gone.abort();
  expect(await waiting).toBe('gone');
  await until('nobody waits over there', () => !held.has(question));

  expect(await dns('web.service.page.consul')).toBe('SERVFAIL');
  expect(await dns('web.service.endless.consul')).toBe('SERVFAIL');
  expect(await dns('web.service.silent.consul')).toBe('SERVFAIL');
  expect(await dns('web.service.odd.consul')).toBe('NXDOMAIN');
  expect(await dns('n.node.odd.consul')).toBe('SERVFAIL');
  expect(await dns('web.service.good.consul')).toBe('NOERROR');

  const Failover = { Datacenters: Object.keys(remotes) };
  await get('/v1/query', {
    method: 'POST',
    body: JSON.stringify({ Name: 'far', Service: { Service: 'web', Failover } }),
  });
  expect(await (await get('/v1/query/far/execute')).json()).toMatchObject({
    Datacenter: 'good',
    Failovers: 5,
    Nodes: [{ Node: { Address: '10.4.0.1' } }],
  });
  expect((await get('/v1/catalog/datacenters')).status).toBe(200);
  expect(await dns('web.service.consul')).toBe('NXDOMAIN');
  expect(agent.log()).not.toContain('a request to the Consul API failed');
});
