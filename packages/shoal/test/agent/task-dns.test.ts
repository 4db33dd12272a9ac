import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTaskDns, type TaskDns, type TaskDnsDeps } from '../../src/agent/task-dns.ts';
import { createDnsServer, type DnsServer } from '../../src/dns/server.ts';
import { dnsSettings } from '../../src/dns/settings.ts';
import { silentLog } from '../../src/log.ts';
import { questionBytes, shownAnswer } from '../support/dns-message.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';

const ours = memoryCatalog([{ Node: 'n1', Address: '10.0.0.1', Service: { Service: 'web', Port: 80 } }]);
const outside = memoryCatalog([{ Node: 'www', Address: '192.0.2.80' }]);

async function dnsServer(view = ours, domain = 'consul', recursors: readonly string[] = []): Promise<DnsServer> {
  const server = createDnsServer({
    ...{ view, settings: dnsSettings({ domain, recursors }), addresses: [{ host: '127.0.0.1', port: 0 }] },
    ...{ random: Math.random, now: Date.now, warn: (message: string) => expect.unreachable(message) },
  });
  onTestFinished(() => server.stop());
  await server.start();
  return server;
}

const portOf = (server: DnsServer) => server.addresses()[0]?.port ?? 0;

/** A port that is free on all loopback addresses stands for 53. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '0.0.0.0');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

async function aTaskDns(changes: Partial<TaskDnsDeps> = {}): Promise<{ dns: TaskDns; port: number; main: DnsServer }> {
  const main = await dnsServer();
  const port = await freePort();
  const dns = createTaskDns({
    main,
    settings: { recursors: [], ports: [portOf(main)] },
    open: (recursors) =>
      createDnsServer({
        ...{ view: ours, settings: dnsSettings({ recursors }), addresses: [] },
        ...{ random: Math.random, now: Date.now, warn: () => undefined },
      }),
    log: silentLog,
    port,
    resolvConf: async () => '',
    ...changes,
  });
  onTestFinished(() => dns.stop());
  return { dns, port, main };
}

async function ask(host: string, port: number, name: string): Promise<string> {
  const socket = createSocket('udp4');
  try {
    socket.send(questionBytes({ name, type: 'A' }), port, host);
    const [message] = (await once(socket, 'message', { signal: AbortSignal.timeout(5_000) })) as [Buffer];
    const { rcode, answer } = shownAnswer(message);
    return answer.map(({ data }) => String(data)).join(' ') || rcode;
  } finally {
    socket.close();
  }
}

describe('DNS for tasks', () => {
  test('is served on each address that is asked for, and asks the machine’s own servers for the rest', async () => {
    const first = await dnsServer(outside, 'example');
    const second = await dnsServer(memoryCatalog([{ Node: 'www', Address: '192.0.2.99' }]), 'example');
    let conf = `search x\nnameserver 127.0.0.1:${portOf(first)}\n`;
    const { dns, port } = await aTaskDns({ resolvConf: async () => conf });
    expect(await Promise.all(['127.0.0.2', '127.0.0.3', '127.0.0.2'].map(dns.serve))).toEqual([
      { servers: ['127.0.0.2'] },
      { servers: ['127.0.0.3'] },
      { servers: ['127.0.0.2'] },
    ]);
    expect(await ask('127.0.0.2', port, 'web.service.consul')).toBe('10.0.0.1');
    expect(await ask('127.0.0.3', port, 'www.node.example')).toBe('192.0.2.80');
    conf = `nameserver 127.0.0.1:${portOf(second)}\n`;
    await dns.serve('127.0.0.2');
    expect(await ask('127.0.0.3', port, 'www.node.example')).toBe('192.0.2.99');
  });

  test('does not ask itself', async () => {
    const { dns, port } = await aTaskDns({ resolvConf: async () => 'nameserver 127.0.0.2\n' });
    await dns.serve('127.0.0.2');
    await dns.serve('127.0.0.2');
    expect(await ask('127.0.0.2', port, 'www.node.example')).toBe('REFUSED');
  });

  test('is the agent’s own where that has recursors, or serves the port by its configuration', async () => {
    const world = await dnsServer(outside, 'example');
    const withRecursors = await dnsServer(ours, 'consul', [`127.0.0.1:${portOf(world)}`]);
    const one = await aTaskDns({ main: withRecursors, settings: { recursors: ['x'], ports: [] } });
    expect(await one.dns.serve('127.0.0.2')).toEqual({ servers: ['127.0.0.2'] });
    expect(await ask('127.0.0.2', one.port, 'www.node.example')).toBe('192.0.2.80');

    const port = await freePort();
    const resolvConf = async () => 'nameserver 127.0.0.53\nnameserver 192.0.2.53\n';
    const other = await aTaskDns({ port, settings: { recursors: [], ports: [port] }, resolvConf });
    // Its loopback is not the task's.
    expect(await other.dns.serve('127.0.0.2')).toEqual({ servers: ['127.0.0.2', '192.0.2.53'] });
    expect(other.main.addresses()).toContainEqual({ host: '127.0.0.2', port });
  });

  test('says why it cannot be, and is there when it can', async () => {
    const { dns, port } = await aTaskDns();
    expect(await dns.serve('10.9.8.7')).toEqual({ reason: "10.9.8.7 is no address of the agent's machine" });
    const squatter = createSocket('udp4').bind(port, '127.0.0.2');
    await once(squatter, 'listening');
    expect(await dns.serve('127.0.0.2')).toEqual({ reason: expect.stringMatching(/the port is taken/) });
    const gone = once(squatter, 'close');
    squatter.close();
    await gone;
    expect(await dns.serve('127.0.0.2')).toEqual({ servers: ['127.0.0.2'] });
    expect(await ask('127.0.0.2', port, 'web.service.consul')).toBe('10.0.0.1');
  });
});
