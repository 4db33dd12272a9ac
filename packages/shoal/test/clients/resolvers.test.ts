import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM, prepareAgent, type TestAgent } from '../support/agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { freePort, runProgram, startProgram, untilWith } from './program.ts';
import { registerInCatalog } from './register.ts';
import { resolve } from './stub-resolver.ts';

// What `shoal dns setup` writes is taken by the real programs, and does what it is for.

let agent: TestAgent;
beforeAll(async () => {
  agent = await prepareAgent({ dev: true, config: 'dns {\n domain = "cluster.test"\n alt_domains = ["consul"]\n}\n' });
  await agent.start();
  await registerInCatalog(agent, { Node: 'n1', Address: '10.0.0.1', Service: { Service: 'web', Port: 80 } });
}, 60_000);
afterAll(() => agent.dispose());

const dns = (command: string, ...args: string[]) =>
  runProgram(process.execPath, [PROGRAM, 'dns', command, '-http-addr', agent.consulUrl, ...args]);
const setup = (...args: string[]) => dns('setup', ...args);

async function findsTheCluster(port: number): Promise<void> {
  expect(await resolve(port, 'web.service.cluster.test')).toBe('NOERROR 10.0.0.1');
  expect(await resolve(port, 'n1.node.consul')).toBe('NOERROR 10.0.0.1');
  expect(await resolve(port, 'nobody.service.consul')).toBe('NXDOMAIN');
}

test('dnsmasq', async () => {
  const root = await tempDir();
  await setup('-yes', '-root', root, 'dnsmasq');
  const port = await freePort();
  const program = await startProgram(
    'dnsmasq',
    [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      `--conf-dir=${root}/etc/dnsmasq.d`,
      `--port=${port}`,
      '--listen-address=127.0.0.1',
      '--bind-interfaces',
      '--no-resolv',
      '--stop-dns-rebind',
      '--log-facility=-',
      '--user=',
      '--pid-file=',
    ],
    root,
  );
  await untilWith(program, 'dnsmasq serves', () => program.output().includes('started'));
  await findsTheCluster(port);
}, 60_000);

test('unbound', async () => {
  const root = await tempDir();
  await setup('-yes', '-root', root, 'unbound');
  const port = await freePort();
  const config = join(root, 'unbound.conf');
  const own = `interface: 127.0.0.1\n port: ${port}\n chroot: ""\n username: ""\n pidfile: ""\n use-syslog: no\n verbosity: 1\n private-address: 10.0.0.0/8\n`;
  await writeFile(config, `server:\n ${own}include-toplevel: "${root}/etc/unbound/unbound.conf.d/*.conf"\n`);
  const program = await startProgram('unbound', ['-d', '-c', config], root);
  await untilWith(program, 'unbound serves', () => program.output().includes('start of service'));
  await findsTheCluster(port);
}, 60_000);

test('what is wrong with this machine, and how an answer comes about, is told', { timeout: 60_000 }, async () => {
  const explained = await dns('query', 'web.service.cluster.test', 'SRV');
  expect(explained).toMatch(
    /asks for service "web"[\s\S]*web on n1: 10\.0\.0\.1:80, passing[\s\S]*NOERROR\n.* SRV 1 1 80 n1\.node/,
  );
  await expect(dns('query', 'web.service.consul', 'SVR')).rejects.toThrow(/no record type "SVR"/);
  // This machine's resolver does not ask the agent of a test: that is what is wrong, and nothing else.
  const checked = await dns('check').catch(({ stdout }: { stdout: string }) => stdout);
  expect(checked.split('\n').filter((line) => /^(ok|wrong)/.test(line))).toEqual([
    `ok    The agent answers at 127.0.0.1 port ${agent.ports.dns}, over UDP and TCP.`,
    expect.stringMatching(/^wrong Programs on this machine do not find .*\.node\.cluster\.test: /),
  ]);
});

describe('the files', { timeout: 60_000 }, () => {
  test('what was there comes back', async () => {
    const root = await tempDir();
    const path = join(root, 'etc/dnsmasq.d/10-shoal');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'server=9.9.9.9\n');
    await setup('-yes', '-root', root, 'dnsmasq');
    await setup('-yes', '-root', root, '-address', '127.0.0.1', 'dnsmasq');
    expect(await readFile(path, 'utf8')).toContain(`server=/consul/127.0.0.1#${agent.ports.dns}\n`);
    expect(await setup('-undo', '-root', root, 'dnsmasq')).toContain('is what it was before');
    expect(await readFile(path, 'utf8')).toBe('server=9.9.9.9\n');
  });

  test('what was not there goes', async () => {
    const root = await tempDir();
    await setup('-yes', '-root', root, 'systemd-resolved');
    const path = join(root, 'etc/systemd/resolved.conf.d/shoal.conf');
    expect(await readFile(path, 'utf8')).toBe(
      `[Resolve]\nDNS=127.0.0.1:${agent.ports.dns}\nDomains=~cluster.test ~consul\n`,
    );
    expect(await setup('-undo', '-root', root, 'systemd-resolved')).toContain('is gone');
    await expect(readFile(path)).rejects.toThrow('ENOENT');
    await expect(setup('-undo', '-root', root, 'systemd-resolved')).rejects.toThrow(/nothing to undo/);
  });

  test('without a word of agreement nothing is written', async () => {
    const root = await tempDir();
    expect(await setup('-root', root, 'unbound')).toContain(`forward-addr: 127.0.0.1@${agent.ports.dns}`);
    await expect(readFile(join(root, 'etc/unbound/unbound.conf.d/shoal.conf'))).rejects.toThrow('ENOENT');
    expect(JSON.parse(await setup('-json', '-root', root, 'coredns'))).toMatchObject([
      { Program: 'coredns', Content: expect.stringContaining('cluster.test {'), Activate: expect.any(String) },
    ]);
  });

  test('resolv.conf needs port 53, and says so; a link out of an image is refused', async () => {
    const root = await tempDir();
    await mkdir(join(root, 'etc/dnsmasq.d'), { recursive: true });
    await expect(setup('-yes', '-root', root, 'resolv.conf')).rejects.toThrow(/ports = \[53\]/);
    const elsewhere = join(await tempDir(), 'theirs');
    await writeFile(elsewhere, 'theirs');
    await symlink(elsewhere, join(root, 'etc/dnsmasq.d/10-shoal'));
    await expect(setup('-yes', '-root', root, 'dnsmasq')).rejects.toThrow(/is a link to/);
    expect(await readFile(elsewhere, 'utf8')).toBe('theirs');
  });
});
