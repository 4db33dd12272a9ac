import { once } from 'node:events';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';
import { nodesReady, QUICK_SERVER } from './cluster-config.ts';

/** Agents that are given certificates of the user's own authority. */

let hosts: Hosts;
let server: HostAgent;

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha', 'beta']);
  for (const folder of ['pki', 'other']) await authority(folder);
  server = await hosts.agent('server', `${QUICK_SERVER}\n${tls('pki', 'server-consul-0')}`);
  await server.start();
});

afterAll(() => hosts?.dispose());

/** Made by the commands, with Consul's arguments. */
async function authority(folder: string): Promise<void> {
  const cwd = join(hosts.folder, folder);
  await mkdir(cwd);
  const run = async (...words: string[]) => {
    const { code, printed } = await hosts.command('server', words, cwd);
    expect([code, printed]).toEqual([0, expect.stringContaining('==> Saved')]);
  };
  await run('tls', 'ca', 'create', '-days', '30');
  await run('tls', 'cert', 'create', '-server', '-dc', 'dc1', '-days', '20');
  await run('tls', 'cert', 'create', '-client');
}

function tls(folder: string, name: string): string {
  const path = (file: string) => JSON.stringify(join(hosts.folder, folder, file));
  return `tls {
  ca_file   = ${path('consul-agent-ca.pem')}
  cert_file = ${path(`dc1-${name}.pem`)}
  key_file  = ${path(`dc1-${name}-key.pem`)}
}`;
}

const client = () => `retry_join = ["${server.address}"]\nclient { enabled = true }`;

describe('an agent', { timeout: 60_000 }, () => {
  test('with a certificate of the same authority is a member without a token', async () => {
    const alpha = await hosts.agent('alpha', `${client()}\n${tls('pki', 'client-consul-0')}`);
    await alpha.start();
    await nodesReady(server, ['alpha']);
  });

  test('shows new certificates that came under the names of the old after SIGHUP', async () => {
    const cwd = join(hosts.folder, 'pki');
    const shown = () => serverCertificate(hosts.network.host('server').control);
    const before = await shown();
    await hosts.command('server', ['tls', 'cert', 'create', '-server', '-dc', 'dc1', '-days', '20'], cwd);
    for (const end of ['.pem', '-key.pem'])
      await rename(join(cwd, `dc1-server-consul-1${end}`), join(cwd, `dc1-server-consul-0${end}`));
    expect(await shown()).toBe(before);
    process.kill(server.pid(), 'SIGHUP');
    await until('the new one is shown', async () => (await shown()) !== before);
    await nodesReady(server, ['alpha']);
    // Half a pair is refused, and the former one stays.
    const now = await shown();
    await writeFile(join(cwd, 'dc1-server-consul-0.pem'), 'nothing');
    process.kill(server.pid(), 'SIGHUP');
    await until('it says so', () => /a part of the agent could not take what is new/.test(server.log()));
    expect(await shown()).toBe(now);
  });

  test('of another authority is none', async () => {
    const beta = await hosts.agent('beta', `${client()}\n${tls('other', 'client-consul-0')}`);
    const { code, printed } = await beta.startInVain();
    expect([code, printed]).toEqual([1, expect.stringContaining('the server belongs to another cluster')]);
  });

  test('gets no token: there is nobody to sign', async () => {
    const { code, printed } = await server.command('server', 'token');
    expect([code, printed]).toEqual([1, expect.stringContaining('This cluster uses certificates of its own')]);
  });

  test('with a file that is not there is told which', async () => {
    const beta = await hosts.agent('beta', `${client()}\n${tls('pki', 'client-consul-7')}`);
    const { code, printed } = await beta.startInVain();
    expect([code, printed]).toEqual([
      1,
      expect.stringMatching(/dc1-client-consul-7(-key)?\.pem cannot be used for TLS/),
    ]);
  });
});

/** The fingerprint of what its agents' port shows. */
async function serverCertificate(host: string): Promise<string> {
  const socket = connect({ host, port: 4647, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(5_000) });
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}
