import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { type ConsulAgent, startConsulAgent } from './consul-agent.ts';

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsulAgent();
});
afterAll(() => agent.stop());

type Case = { name: string; method?: 'GET' | 'PUT'; url: string; payload?: string; want: number; says: RegExp };

const VALUE_OF_ONE_LETTER = '[{"KV":{"Verb":"set","Key":"x","Value":"x"}}]';

const cases: Case[] = [
  { name: 'a node without a name', url: '/v1/catalog/register', payload: '{}', want: 500, says: /^Must provide node$/ },
  {
    name: 'another datacenter',
    url: '/v1/catalog/register',
    payload: '{"Datacenter":"dc9"}',
    want: 500,
    says: /No path to datacenter/,
  },
  {
    name: 'a value over the limit',
    url: '/v1/kv/big',
    payload: 'x'.repeat(512 * 1024 + 1),
    want: 413,
    says: /at most 524288 bytes/,
  },
  { name: 'a key over the limit', url: `/v1/kv/${'k'.repeat(2000)}`, payload: 'x', want: 413, says: /over the limit/ },
  { name: 'flags that are too big', url: '/v1/kv/x?flags=18446744073709551616', want: 500, says: /value out of range/ },
  {
    name: 'a session of no node',
    url: '/v1/session/create',
    payload: '{"Node":""}',
    want: 500,
    says: /Must provide Node/,
  },
  {
    name: 'a lock without a session',
    url: '/v1/kv/x?acquire=11111111-2222-3333-4444-555555555555',
    want: 500,
    says: /invalid session/,
  },
  {
    name: 'a check with a negative size',
    url: '/v1/agent/check/register',
    payload: '{"Name":"a","TTL":"5s","OutputMaxSize":-1}',
    want: 400,
    says: /must be positive/,
  },
  {
    name: 'a broken filter',
    method: 'GET',
    url: '/v1/catalog/nodes?filter=%28',
    want: 500,
    says: /boolean expression/,
  },
  {
    name: 'rules of autopilot that are none',
    url: '/v1/operator/autopilot/configuration',
    payload: '{"LastContactThreshold":"x"}',
    want: 400,
    says: /invalid duration "x"/,
  },
  {
    name: 'an operation of an unknown kind',
    url: '/v1/txn',
    payload: '[{"Row":{}}]',
    want: 400,
    says: /unknown field "Row"/,
  },
  {
    name: 'a service without a name',
    url: '/v1/catalog/register',
    payload: '{"Node":"a","Address":"10.0.0.1","Service":{"Port":1}}',
    want: 500,
    says: /Must provide a service name/,
  },
  {
    name: 'a slip in a registration',
    url: '/v1/catalog/register',
    payload: '{"Node":"a","Address":"10.0.0.1","Servce":{"Service":"web"}}',
    want: 400,
    says: /unknown field "Servce"/,
  },
  {
    name: 'a slip in a query',
    url: '/v1/query/11111111-2222-3333-4444-555555555555',
    payload: '{"Service":{"Service":"web","OnlyPasing":true}}',
    want: 400,
    says: /unknown field "OnlyPasing"/,
  },
  {
    name: 'a slip in the rules of autopilot',
    url: '/v1/operator/autopilot/configuration',
    payload: '{"CleanupDeadServer":true}',
    want: 400,
    says: /unknown field "CleanupDeadServer"/,
  },
  {
    name: 'a check without id and name',
    url: '/v1/catalog/register',
    payload: '{"Node":"a","Address":"10.0.0.1","Check":{}}',
    want: 500,
    says: /check ID or name/,
  },
  {
    name: 'metadata that no service may have',
    url: '/v1/catalog/register',
    payload: '{"Node":"a","Address":"10.0.0.1","Service":{"Service":"s","Meta":{"a b":"c"}}}',
    want: 500,
    says: /Invalid Service Meta for node a and serviceID s: .*invalid characters/,
  },
  {
    name: 'a number that no port can be',
    url: '/v1/agent/service/register',
    payload: '{"Name":"s","Port":1e30}',
    want: 400,
    says: /field Port of type int/,
  },
  {
    name: 'a value that is no base64',
    url: '/v1/txn',
    payload: VALUE_OF_ONE_LETTER,
    want: 400,
    says: /illegal base64/,
  },
  {
    name: 'an index beyond all',
    method: 'GET',
    url: `/v1/kv/x?index=${'9'.repeat(30)}`,
    want: 400,
    says: /Invalid index/,
  },
  { name: 'a control character', method: 'GET', url: '/v1/kv/a%00b', want: 400, says: /cannot be printed/ },
  { name: 'a blank of another kind', method: 'GET', url: '/v1/kv/a%C2%A0b', want: 400, says: /cannot be printed/ },
  { name: 'a query that is put into its result', url: '/v1/query/x/execute', want: 405, says: /PUT not allowed/ },
  { name: 'a limit that is none', method: 'GET', url: '/v1/query/x/execute?limit=y', want: 500, says: /^Bad limit: / },
  { name: 'a wait that is none', method: 'GET', url: '/v1/kv/x?wait=soon', want: 400, says: /Invalid wait time/ },
];

describe("Consul's API answers bad input", () => {
  test.each(cases)('$name', async ({ method = 'PUT', url, payload, want, says }) => {
    const response = await agent.api.app.inject({
      method,
      url,
      headers: { host: 'localhost' },
      ...(payload && { payload }),
    });
    expect(response.statusCode).toBe(want);
    expect(response.body).toMatch(says);
  });

  test('a body of 100 MB that comes in pieces is refused as soon as it is too long', async () => {
    const { status, sent } = await sendEndlessly('/v1/agent/service/register', 100 * 1024 * 1024);
    expect(status).toMatch(/^HTTP\/1.1 413 /);
    expect(sent).toBeLessThan(50 * 1024 * 1024);
  });

  test('readers who go away leave nothing behind', async () => {
    const { port } = new URL(agent.url);
    await agent.api.app.inject({ method: 'PUT', url: '/v1/kv/wait', headers: { host: 'localhost' }, payload: 'x' });
    const index = agent.state.tables.kv.get('wait')?.ModifyIndex;
    const waiting = () => agent.state.waiting();
    for (let at = 0; at < 5; at += 1) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`GET /v1/kv/wait?index=${index}&wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await until('it waits', () => waiting() > 0);
      socket.destroy();
      await until('nobody waits', () => waiting() === 0);
    }
  });

  test('nothing of it was a failure', () => {
    expect(agent.failures).toEqual([]);
  });
});

function sendEndlessly(path: string, bytes: number): Promise<{ status: string; sent: number }> {
  const { port } = new URL(agent.url);
  const piece = Buffer.alloc(64 * 1024, ' ');
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    let sent = 0;
    const end = (status: string) => {
      socket.destroy();
      resolve({ status, sent });
    };
    const send = () => {
      while (sent < bytes && !socket.destroyed) {
        sent += piece.length;
        const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
        if (!socket.write(chunk)) return;
      }
    };
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`);
    socket.on('drain', send);
    socket.once('data', (data) => end(data.toString()));
    socket.once('error', () => end('reset'));
    send();
  });
}
