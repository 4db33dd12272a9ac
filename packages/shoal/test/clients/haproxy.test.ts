import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { httpInstance } from '../support/http-instance.ts';
import { keepAsking } from '../support/load.ts';
import { freePort, startProgram, untilWith } from './program.ts';
import { deregisterService, put, registerService } from './register.ts';

// HAProxy finds its servers over DNS SRV: `server-template` with `resolvers`, as its documentation has it ("Server IP address resolution using DNS").

const SLOTS = 6;

const configuration = (dns: number, port: number, socket: string) => `
global
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 5s
  timeout client  30s
  timeout server  30s
resolvers shoal
  nameserver agent 127.0.0.1:${dns}
  accepted_payload_size 8192
  resolve_retries 3
  timeout resolve 200ms
  timeout retry   500ms
  hold valid      200ms
frontend in
  bind 127.0.0.1:${port}
  default_backend web
backend web
  balance roundrobin
  server-template web ${SLOTS} _web._tcp.service.consul resolvers shoal resolve-opts allow-dup-ip resolve-prefer ipv4 init-addr none
`;

test('its slots follow the instances under load, and no request fails', async () => {
  const agent = await testAgent({ dev: true });
  const port = await freePort();
  const socket = join(agent.folder, 'haproxy.sock');
  const config = join(agent.folder, 'haproxy.cfg');
  await writeFile(config, configuration(agent.ports.dns, port, socket));

  const instance = async (id: string) => {
    const server = await httpInstance((_, response) => response.end(id));
    await registerService(agent, { Name: 'web', ID: id, Port: server.port });
    return server;
  };
  const first = await instance('web-1');
  const second = await instance('web-2');
  const haproxy = await startProgram('haproxy', ['-W', '-db', '-f', config], agent.folder);
  const slotsAre = (what: string, ports: number[]) =>
    untilWith(haproxy, what, async () => (await portsInUse(socket)).join() === ports.sort().join());
  await slotsAre('both are found', [first.port, second.port]);

  const load = keepAsking(`http://127.0.0.1:${port}/`);
  const third = await instance('web-3');
  await slotsAre('one more is found', [first.port, second.port, third.port]);
  await deregisterService(agent, 'web-1');
  await slotsAre('one that goes is let go', [second.port, third.port]);
  await first.finish();
  await put(agent, '/v1/agent/service/maintenance/web-2?enable=true');
  await slotsAre('one in maintenance is let go', [third.port]);
  await put(agent, '/v1/agent/service/maintenance/web-2?enable=false');
  await slotsAre('and taken again', [second.port, third.port]);
  const { requests, failures } = await load.stop();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(20);

  const more = await Promise.all(['web-4', 'web-5', 'web-6', 'web-7', 'web-8'].map(instance));
  await untilWith(haproxy, 'every slot is taken when there are more instances than slots', async () => {
    return (await portsInUse(socket)).length === SLOTS;
  });
  const all = new Set([second, third, ...more].map((one) => one.port));
  expect((await portsInUse(socket)).every((one) => all.has(one))).toBe(true);
}, 120_000);

/** Ports of the servers that have an address and are up, in order ("show servers state", version 1 of its format). */
async function portsInUse(path: string): Promise<number[]> {
  const lines = (await askSocket(path, 'show servers state web\n'))
    .split('\n')
    .filter((line) => /^\d+ web /.test(line));
  const servers = lines.map((line) => line.split(' '));
  const inUse = servers.filter(([, , , , address = '-', state]) => address !== '-' && state === '2');
  return inUse.map((fields) => Number(fields[18])).sort();
}

async function askSocket(path: string, command: string): Promise<string> {
  const socket = connect(path);
  socket.end(command);
  let answer = '';
  for await (const part of socket) answer += String(part);
  return answer;
}
