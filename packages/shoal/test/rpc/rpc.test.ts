import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import type { Node } from '@shoal/api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { createDialer, type ServeHandler } from '../../src/rpc/dialer.ts';
import { Link } from '../../src/rpc/link.ts';
import { createRpcListener } from '../../src/rpc/listener.ts';
import type { NodeRequests } from '../../src/rpc/node-requests.ts';
import { roleName } from '../../src/rpc/protocol.ts';
import { type ServerAddress, ServerList } from '../../src/rpc/server-list.ts';
import { type Identity, serverIdentity } from '../../src/rpc/tls/identity.ts';
import { Tunnels } from '../../src/rpc/tunnels.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const NODE = { nodeId: 'n1', secret: 's1' };
const agent = { role: 'server', region: 'global', dnsNames: [], addresses: [] } as const;

async function cluster(options: { handler?: ServeHandler; requests?: Partial<NodeRequests>; secret?: string } = {}) {
  const identity = await serverIdentity(await tempDir(), agent, Date.now());
  const authenticate = (nodeId: string, secret: string) => nodeId === NODE.nodeId && secret === NODE.secret;
  const tunnels = new Tunnels({ authenticate, log: silentLog });
  const requests = { authenticate, ...options.requests } as NodeRequests;
  const listener = createRpcListener({
    addresses: ['127.0.0.1'],
    port: 0,
    identity,
    requests,
    tunnels,
    log: silentLog,
  });
  await listener.start();
  const port = listener.addresses()[0]?.port ?? 0;
  const node = { ...NODE, secret: options.secret ?? NODE.secret };
  const link = linkTo([{ host: '127.0.0.1', port }], identity, node);
  const dialer = createDialer({ link, node, log: silentLog, random: () => 0.5 });
  if (options.handler) dialer.serve(options.handler);
  onTestFinished(async () => {
    tunnels.destroy();
    await listener.stop();
  });
  return { dialer, link, tunnels, listener, port, identity };
}

function linkTo(servers: ServerAddress[], identity: Identity, node = NODE): Link {
  const names = [roleName('server', 'global')] as const;
  const link = new Link({ identity: () => identity, serverNames: names, servers: new ServerList(servers), node });
  onTestFinished(() => link.stop());
  return link;
}

describe('requests of a client', () => {
  test('reach the server and come back', async () => {
    const register: NodeRequests['register'] = async (node: Node) => ({
      heartbeatTtlMs: 10_000,
      index: node.CreateIndex + 1,
    });
    const { dialer } = await cluster({ requests: { register } });
    const answer = await dialer.register({ ID: 'n1', CreateIndex: 4 } as Node, AbortSignal.timeout(5_000));
    expect(answer).toEqual({ heartbeatTtlMs: 10_000, index: 5 });
  });

  test('with another secret are refused', async () => {
    const { dialer } = await cluster({ secret: 'other' });
    await expect(dialer.heartbeat('n1', 'ready', AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: 'refused',
      status: 403,
    });
  });

  test('fail as unavailable when nobody listens', async () => {
    const { identity } = await cluster();
    const link = linkTo([{ host: '127.0.0.1', port: 1 }], identity);
    const dialer = createDialer({ link, node: NODE, log: silentLog, random: () => 0 });
    await expect(dialer.heartbeat('n1', 'ready', AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  test('that wait are told of to the server when the client goes', async () => {
    let aborted = false;
    const watchAllocations: NodeRequests['watchAllocations'] = (_node, _after, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve({ index: 1, allocations: {} });
        });
      });
    const { dialer } = await cluster({ requests: { watchAllocations } });
    const gone = new AbortController();
    const waiting = dialer.watchAllocations('n1', { index: 1, waitMs: 60_000 }, gone.signal);
    setTimeout(() => gone.abort(), 50);
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    await until('the server sees it', () => aborted);
  });
});

describe('the serving connection', () => {
  test('answers users at the server, and streams do not hold each other up', async () => {
    const endless: ServeHandler = (request, response) => {
      if (request.url === '/small') response.end('pong');
      else Readable.from(chunks()).pipe(response);
    };
    const { tunnels } = await cluster({ handler: endless });
    await until('the client serves', () => tunnels.connected('n1'));
    const stop = new AbortController();
    const stalled = await tunnels.request('n1', { method: 'GET', path: '/endless', headers: {} }, stop.signal);
    stalled.stream.on('error', () => undefined);
    for (let i = 0; i < 20; i += 1) {
      const answer = await tunnels.request('n1', { method: 'GET', path: '/small', headers: {} }, stop.signal);
      expect([answer.status, await text(answer.stream)]).toEqual([200, 'pong']);
    }
    stop.abort();
  });

  test('comes back by itself', async () => {
    const { tunnels } = await cluster({ handler: (_request, response) => void response.end('x') });
    await until('the client serves', () => tunnels.connected('n1'));
    tunnels.destroy();
    await until('the client serves again', () => tunnels.connected('n1'));
  });

  test('a node without one is named', async () => {
    const { tunnels } = await cluster();
    const asked = tunnels.request('n7', { method: 'GET', path: '/', headers: {} }, AbortSignal.timeout(1_000));
    await expect(asked).rejects.toMatchObject({ code: 'node-not-connected', nodeId: 'n7' });
  });

  test('of a client with another secret is not taken', async () => {
    const { tunnels } = await cluster({ secret: 'other', handler: (_request, response) => void response.end('x') });
    await expect(until('it serves', () => tunnels.connected('n1'), 300)).rejects.toThrow('not within');
  });
});

test('a stranger without a certificate of the cluster gets no answer', async () => {
  const { port } = await cluster();
  const refused = await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.on('data', () => resolve('answered'));
    socket.on('close', () => resolve('closed'));
    socket.on('secureConnect', () => socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}'));
  });
  expect(refused).toMatch(/ERR_SSL|ECONNRESET|EPIPE|closed/);
});

test('the identity of a server is made once and kept', async () => {
  const dir = await tempDir();
  const first: Identity = await serverIdentity(dir, agent, Date.now());
  expect(await serverIdentity(dir, agent, Date.now())).toEqual(first);
  const later = await serverIdentity(dir, agent, Date.now() + 350 * 24 * 60 * 60 * 1000);
  expect(later.authority).toBe(first.authority);
  expect(later.certificate).not.toBe(first.certificate);
});

function* chunks(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(16 * 1024);
}
