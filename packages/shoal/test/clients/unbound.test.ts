import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type TestAgent, testAgent } from '../support/agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { freePort, startProgram, untilWith } from './program.ts';
import { type PublicDns, publicDns } from './public-dns.ts';
import { registerInCatalog } from './register.ts';
import { resolve } from './stub-resolver.ts';

// unbound before the agent, as a user's document has it: his own names first, then those of the cluster, then the public DNS over TLS.

const DOMAIN = 'mooncarrot.space';
const OUTSIDE = { [`peppermint.${DOMAIN}`]: '192.0.2.7', 'www.example.org': '192.0.2.80' };

async function cluster(dns: string, outside: PublicDns): Promise<TestAgent> {
  const agent = await testAgent({
    dev: true,
    config: `name = "harpsichord"\ndns {\n domain = "${DOMAIN}."\n ${dns}\n}\n`,
    env: { NODE_EXTRA_CA_CERTS: outside.caFile },
  });
  await registerInCatalog(agent, {
    Node: 'grandpiano',
    Address: '172.16.230.101',
    Service: { Service: 'tuner', Port: 80 },
  });
  return agent;
}

/** Starts unbound with these zones, and answers with what it finds. */
async function unbound(zones: string, outside: PublicDns): Promise<(name: string) => Promise<string>> {
  const dir = await tempDir();
  const port = await freePort();
  const config = join(dir, 'unbound.conf');
  await writeFile(
    config,
    `server:
  interface: 127.0.0.1
  port: ${port}
  directory: "${dir}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  verbosity: 1
  module-config: "iterator"
  do-not-query-localhost: no
  tls-cert-bundle: "${outside.caFile}"
  local-zone: "printer.${DOMAIN}." static
  local-data: "printer.${DOMAIN}. A 192.168.0.9"
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-tls-upstream: yes
  forward-addr: 127.0.0.1@${outside.port}#${outside.name}
${zones}`,
  );
  const program = await startProgram('unbound', ['-d', '-c', config], dir);
  await untilWith(program, 'unbound serves', () => program.output().includes('start of service'));
  return (name) => resolve(port, name);
}

test('the zones node. and service. go to the agent, everything else to the public DNS', {
  timeout: 120_000,
}, async () => {
  const outside = await publicDns(OUTSIDE);
  const agent = await cluster('', outside);
  const ask = await unbound(
    `
###
# Consul
###
forward-zone:
    name: "node.mooncarrot.space."
    forward-addr: 127.0.0.1@${agent.ports.dns}
forward-zone:
    name: "service.mooncarrot.space."
    forward-addr: 127.0.0.1@${agent.ports.dns}
`,
    outside,
  );
  expect(await ask(`harpsichord.node.${DOMAIN}`)).toBe('NOERROR 127.0.0.1');
  expect(await ask(`grandpiano.node.${DOMAIN}`)).toBe('NOERROR 172.16.230.101');
  expect(await ask(`tuner.service.${DOMAIN}`)).toBe('NOERROR 172.16.230.101');
  expect(await ask(`nobody.service.${DOMAIN}`)).toBe('NXDOMAIN');
  expect(await ask(`peppermint.${DOMAIN}`)).toBe('NOERROR 192.0.2.7');
  expect(await ask(`printer.${DOMAIN}`)).toBe('NOERROR 192.168.0.9');
  expect(await ask('www.example.org')).toBe('NOERROR 192.0.2.80');
  expect(outside.asked.filter((name) => /\.(node|service)\./.test(name))).toEqual([]);
});

test('the whole domain goes to the agent, and what it does not hold falls through to the public DNS', {
  timeout: 120_000,
}, async () => {
  const outside = await publicDns(OUTSIDE);
  const agent = await cluster(
    `fallthrough = true\n recursors = ["tls://127.0.0.1:${outside.port}#${outside.name}"]`,
    outside,
  );
  const ask = await unbound(
    `
###
# Consul
###
forward-zone:
    name: "mooncarrot.space."
    forward-addr: 127.0.0.1@${agent.ports.dns}
`,
    outside,
  );
  expect(await ask(`tuner.service.${DOMAIN}`)).toBe('NOERROR 172.16.230.101');
  expect(await ask(`peppermint.${DOMAIN}`)).toBe('NOERROR 192.0.2.7');
  expect(await ask(`nobody.${DOMAIN}`)).toBe('NXDOMAIN');
  expect(await ask(`nobody.service.${DOMAIN}`)).toBe('NXDOMAIN');
});
