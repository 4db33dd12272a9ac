import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDnsServer } from '../../src/dns/server.ts';
import { dnsSettings } from '../../src/dns/settings.ts';
import { createAuthority, issueCertificate } from '../../src/rpc/tls/authority.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';
import { tempDir } from '../support/temp-dir.ts';
import { freePort, startProgram, untilWith } from './program.ts';
import { resolve } from './stub-resolver.ts';

// unbound behind the agent's DNS, as a recursor: plain, over TLS and over HTTPS, as it serves these itself.

test('it is asked in every way, and what it says is kept as long as it says', async () => {
  const dir = await tempDir();
  const [plain, tls, https] = [await freePort(), await freePort(), await freePort()];
  const ca = await createAuthority({ name: 'Test', now: Date.now(), days: 1 });
  const agent = { role: 'server', region: 'global', dnsNames: ['dns.test'], addresses: ['127.0.0.1'] } as const;
  const { key, certificate } = await issueCertificate(ca, agent, { now: Date.now(), days: 1 });
  await writeFile(join(dir, 'key.pem'), key);
  await writeFile(join(dir, 'cert.pem'), certificate);
  await writeFile(
    join(dir, 'unbound.conf'),
    `server:
  interface: 127.0.0.1@${plain}
  interface: 127.0.0.1@${tls}
  interface: 127.0.0.1@${https}
  tls-port: ${tls}
  https-port: ${https}
  tls-service-key: "${dir}/key.pem"
  tls-service-pem: "${dir}/cert.pem"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  verbosity: 1
  local-zone: "example.org." static
  local-data: "www.example.org. 300 A 192.0.2.80"
  local-data: "example.org. 60 SOA ns.example.org. root.example.org. 1 2 3 4 60"
remote-control:
  control-enable: no
`,
  );
  const program = await startProgram('unbound', ['-d', '-c', join(dir, 'unbound.conf')], dir);
  await untilWith(program, 'unbound serves', () => program.output().includes('start of service'));

  const ways = [`127.0.0.1:${plain}`, `tls://127.0.0.1:${tls}#dns.test`, `https://127.0.0.1:${https}/dns-query`];
  for (const recursor of ways) {
    const server = createDnsServer({
      view: memoryCatalog(),
      settings: dnsSettings({ recursors: [recursor], recursorTimeoutMs: 10_000 }),
      addresses: [{ host: '127.0.0.1', port: 0 }],
      random: Math.random,
      now: Date.now,
      warn: (message) => expect.unreachable(message),
      recursorCa: ca.certificate,
    });
    onTestFinished(() => server.stop());
    await server.start();
    const port = server.addresses()[0]?.port ?? 0;
    for (const by of ['udp', 'tcp'] as const) {
      expect([recursor, await resolve(port, 'www.example.org', by)]).toEqual([recursor, 'NOERROR 192.0.2.80']);
      expect(await resolve(port, 'none.example.org', by)).toBe('NXDOMAIN');
    }
    // Each name once from there, and from what is kept after that.
    expect(server.stats().cached).toBeGreaterThanOrEqual(2);
  }
}, 60_000);
