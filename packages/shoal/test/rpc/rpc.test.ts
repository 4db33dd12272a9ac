import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import type { Node } from '@shoal/api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import type { AgentRequests } from '../../src/rpc/agent-requests.ts';
import { createDialer, type ServeHandler } from '../../src/rpc/dialer.ts';
import { Link } from '../../src/rpc/link.ts';
import { createRpcListener, type RpcListenerDeps } from '../../src/rpc/listener.ts';
import type { NodeRequests } from '../../src/rpc/node-requests.ts';
import { roleName } from '../../src/rpc/protocol.ts';
import { type ServerAddress, ServerList } from '../../src/rpc/server-list.ts';
import { certifyRequest, createRequest, issueCertificate, type KeyPairPem } from '../../src/rpc/tls/authority.ts';
import {
  type Identity,
  keepIdentity,
  keptIdentity,
  readAuthority,
  serverIdentity,
} from '../../src/rpc/tls/identity.ts';
import { Tunnels } from '../../src/rpc/tunnels.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

const NODE = { nodeId: 'n1', secret: 's1' };
const agent = { role: 'server', region: 'global', dnsNames: [], addresses: [] } as const;

const OTHER_NODE = '7d7c0000-0000-4000-8000-000000000001';
const DAY = 24 * 60 * 60 * 1000;

type Options = {
  handler?: ServeHandler;
  requests?: Partial<NodeRequests>;
  secret?: string;
  identity?: Identity;
  pingMs?: number;
  silenceMs?: number;
} & Partial<Pick<RpcListenerDeps, 'agents' | 'apis'>>;

async function cluster(options: Options = {}) {
  const identity = options.identity ?? (await serverIdentity(await tempDir(), agent, Date.now()));
  const authenticate = (nodeId: string, secret: string) => nodeId === NODE.nodeId && secret === NODE.secret;
  const tunnels = new Tunnels({ authenticate, log: silentLog, ...(options.pingMs && { pingMs: options.pingMs }) });
  const requests = { authenticate, ...options.requests } as NodeRequests;
  const listener = createRpcListener({
    addresses: ['127.0.0.1'],
    port: 0,
    identity,
    requests,
    tunnels,
    ...(options.agents && { agents: options.agents }),
    ...(options.apis && { apis: options.apis }),
    log: silentLog,
  });
  await listener.start();
  const port = listener.addresses()[0]?.port ?? 0;
  const node = { ...NODE, secret: options.secret ?? NODE.secret };
  const link = linkTo([{ host: '127.0.0.1', port }], identity, node);
  const silence = options.silenceMs && { silenceMs: options.silenceMs };
  const dialer = createDialer({ link, node, log: silentLog, random: () => 0.5, ...silence });
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
    const gone = new AbortController();
    const watchAllocations: NodeRequests['watchAllocations'] = (_node, _after, signal) =>
      new Promise((resolve) => {
        gone.abort();
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve({ index: 1, allocations: {} });
        });
      });
    const { dialer } = await cluster({ requests: { watchAllocations } });
    const waiting = dialer.watchAllocations('n1', { index: 1, waitMs: 60_000 }, gone.signal);
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

  test('is not given up while it is used, nor while the server looks after it', async () => {
    let connections = 0;
    const slow: ServeHandler = (request, response) => {
      if (request.stream.session) connections += sessions.has(request.stream.session) ? 0 : 1;
      sessions.add(request.stream.session);
      if (request.url === '/small') return void response.end('pong');
      let left = 30;
      const timer = setInterval(() => {
        response.write('x'.repeat(1000));
        left -= 1;
        if (left > 0) return;
        clearInterval(timer);
        response.end();
      }, 50);
    };
    const sessions = new Set<unknown>();
    const { tunnels } = await cluster({ handler: slow, pingMs: 150, silenceMs: 1_000 });
    await until('the client serves', () => tunnels.connected('n1'));
    const ask = async (path: string) =>
      text((await tunnels.request('n1', { method: 'GET', path, headers: {} }, AbortSignal.timeout(10_000))).stream);
    expect(await ask('/slow')).toHaveLength(30_000);
    // Two terms without a request.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await ask('/small')).toBe('pong');
    expect(connections).toBe(1);
  });

  test('that breaks in the middle of an answer does not let it pass for whole', async () => {
    const breaking: ServeHandler = (_request, response) => {
      response.write('a part');
      setTimeout(() => response.stream.session?.destroy(), 100);
    };
    const { tunnels } = await cluster({ handler: breaking });
    await until('the client serves', () => tunnels.connected('n1'));
    const { stream } = await tunnels.request(
      'n1',
      { method: 'GET', path: '/', headers: {} },
      AbortSignal.timeout(10_000),
    );
    await expect(text(stream)).rejects.toMatchObject({ name: 'NodeNotConnectedError' });
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

describe('a connection without a certificate', () => {
  const authority = { authority: () => 'the authority' } as AgentRequests;

  test('may ask for the authority, and for nothing of the cluster', async () => {
    const { port } = await cluster({ agents: authority });
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['shoal-join/1'] };
    expect(await asked(connect(options), '/v1/internal/join/authority')).toContain('"authority":"the authority"');
    expect(await asked(connect(options), '/v1/internal/node/heartbeat')).toContain('404');
    expect(await asked(connect(options), '/v1/internal/api/nomad/v1/jobs')).toContain('404');
  });

  test('is not taken for a member when its session is resumed under another name', async () => {
    const { port } = await cluster({ agents: authority });
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false };
    const joining = connect({ ...options, ALPNProtocols: ['shoal-join/1'] });
    const sessions: Buffer[] = [];
    joining.on('session', (session) => sessions.push(session));
    await asked(joining, '/v1/internal/join/authority');
    await until('there is a session', () => sessions[0]);
    for (const session of sessions) {
      const resumed = connect({ ...options, session, ALPNProtocols: ['http/1.1'] });
      expect(await asked(resumed, '/v1/internal/api/nomad/v1/jobs')).toBe('');
    }
  });
});

test("users' requests for the HTTP APIs go to the API as from this machine, without what proves the agent", async () => {
  const seen: unknown[] = [];
  const { link } = await cluster({
    apis: (name) => (request, response) => {
      const { host, origin, 'x-shoal-node-secret': secret, 'x-consul-token': token } = request.headers;
      seen.push([name, request.method, request.url, host, origin, secret, token]);
      response.writeHead(201, { 'x-consul-index': '7' }).end('made');
    },
  });
  const headers = { origin: 'http://page.example', 'x-consul-token': 't' };
  const request = { method: 'PUT', path: '/v1/kv/a%2Fb?x=1', headers, body: Buffer.from('v') };
  const answer = await link.forward('consul', request, AbortSignal.timeout(5_000));
  expect([answer.statusCode, answer.headers['x-consul-index'], await text(answer)]).toEqual([201, '7', 'made']);
  expect(seen).toEqual([['consul', 'PUT', '/v1/kv/a%2Fb?x=1', 'localhost', undefined, undefined, 't']]);
});

test('a reader of logs that has stalled delays no heartbeat', async () => {
  const heartbeat: NodeRequests['heartbeat'] = async () => ({ heartbeatTtlMs: 1_000, index: 1 });
  const endless: ServeHandler = (_request, response) => void Readable.from(chunks()).pipe(response);
  const { dialer, tunnels, link } = await cluster({
    handler: endless,
    requests: { heartbeat },
    apis: () => (_request, response) => void Readable.from(chunks()).pipe(response),
  });
  await until('the client serves', () => tunnels.connected('n1'));
  // Nobody reads these: ten through the server, ten through the client's own API.
  for (let n = 0; n < 10; n += 1) {
    await tunnels.request('n1', { method: 'GET', path: '/logs', headers: {} }, AbortSignal.timeout(20_000));
    await link.forward('nomad', { method: 'GET', path: '/logs', headers: {} }, AbortSignal.timeout(20_000));
  }
  const took: number[] = [];
  for (let n = 0; n < 50; n += 1) {
    const begun = performance.now();
    await dialer.heartbeat('n1', 'ready', AbortSignal.timeout(5_000));
    took.push(performance.now() - begun);
  }
  expect(took.sort((a, b) => a - b)[45]).toBeLessThan(500);
});

test('the next server is asked when one does not answer', async () => {
  const heartbeat: NodeRequests['heartbeat'] = async () => ({ heartbeatTtlMs: 1_000, index: 1 });
  const { port, identity } = await cluster({ requests: { heartbeat } });
  const servers = [
    { host: 'nowhere.invalid', port: 1 },
    { host: '127.0.0.1', port: 1 },
    { host: 'localhost', port },
  ];
  const dialer = createDialer({ link: linkTo(servers, identity), node: NODE, log: silentLog, random: () => 0.5 });
  expect(await dialer.heartbeat('n1', 'ready', AbortSignal.timeout(5_000))).toMatchObject({ index: 1 });
});

test('requests wait while no server answers, and go on at once when one does', async () => {
  const heartbeat: NodeRequests['heartbeat'] = async () => ({ heartbeatTtlMs: 1_000, index: 1 });
  const { dialer, link } = await cluster({ requests: { heartbeat } });
  link.setDown(true);
  let isAnswered = false;
  const waiting = dialer.heartbeat('n1', 'ready', AbortSignal.timeout(5_000)).then(() => {
    isAnswered = true;
  });
  const request = { method: 'GET', path: '/', headers: {} };
  await expect(link.forward('nomad', request, AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(isAnswered).toBe(false);
  link.setDown(false);
  await waiting;
});

test('a certificate is good for the node that it was made for, and for no other', async () => {
  const dir = await tempDir();
  const server = await serverIdentity(dir, agent, Date.now());
  const authority = await readAuthority(dir);
  const { request, key } = await createRequest();
  const node = { role: 'client', region: 'global', nodeId: OTHER_NODE, dnsNames: [], addresses: [] } as const;
  const validity = { now: Date.now(), days: 30 };
  const certificate = (await certifyRequest(authority as KeyPairPem, request, node, validity)) ?? '';
  const { port } = await cluster({ identity: server });
  const link = linkTo([{ host: '127.0.0.1', port }], { authority: server.authority, certificate, key });
  const dialer = createDialer({ link, node: NODE, log: silentLog, random: () => 0.5 });
  await expect(dialer.heartbeat('n1', 'ready', AbortSignal.timeout(5_000))).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining(`which is that of node ${OTHER_NODE}`),
  });
  expect(await certifyRequest(authority as KeyPairPem, 'no request', node, validity)).toBeUndefined();
});

test('a certificate whose time is over is told so', async () => {
  const dir = await tempDir();
  const server = await serverIdentity(dir, agent, Date.now());
  const authority = (await readAuthority(dir)) as KeyPairPem;
  const old = await issueCertificate(authority, { ...agent, role: 'client' }, { now: Date.now() - 5 * DAY, days: 2 });
  const { port } = await cluster({ identity: server });
  const link = linkTo([{ host: '127.0.0.1', port }], { authority: server.authority, ...old });
  const dialer = createDialer({ link, node: NODE, log: silentLog, random: () => 0.5 });
  await expect(dialer.heartbeat('n1', 'ready', AbortSignal.timeout(5_000))).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('CERT_HAS_EXPIRED'),
  });
});

test('a server of another cluster is not believed', async () => {
  const { port } = await cluster();
  const stranger = await serverIdentity(await tempDir(), agent, Date.now());
  const dialer = createDialer({
    link: linkTo([{ host: '127.0.0.1', port }], stranger),
    node: NODE,
    log: silentLog,
    random: () => 0,
  });
  await expect(dialer.heartbeat('n1', 'ready', AbortSignal.timeout(5_000))).rejects.toMatchObject({
    code: 'certificate',
    message: expect.stringContaining('belongs to another cluster'),
  });
});

test("the identity of a member is kept as one file, and its folder is no server's", async () => {
  const dir = await tempDir();
  const other = await serverIdentity(await tempDir(), agent, Date.now());
  expect(await keptIdentity(dir)).toBeUndefined();
  await keepIdentity(dir, other);
  const trimmed = (identity: Identity) => Object.values(identity).map((pem) => pem.trim());
  expect(trimmed((await keptIdentity(dir)) as Identity).sort()).toEqual(trimmed(other).sort());
  expect((await stat(`${dir}/member.pem`)).mode & 0o777).toBe(0o600);
  await expect(serverIdentity(dir, agent, Date.now())).rejects.toMatchObject({ code: 'other-cluster' });
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

/** What is answered to one request on that connection; '' when it is closed instead. */
function asked(socket: TLSSocket, path: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    socket.on('data', (data: Buffer) => {
      answer += data;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.on('secureConnect', () =>
      socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}`),
    );
  });
}
