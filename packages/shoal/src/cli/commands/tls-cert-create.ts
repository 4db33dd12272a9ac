import { access, readFile, writeFile } from 'node:fs/promises';
import { defineCommand } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';

const DEFAULT_DAYS = 365;

export const command = defineCommand({
  usage: '-server|-client [flags]',
  description: `Makes a certificate for one agent in this folder, signed by an authority of "tls ca create": DC-server-DOMAIN-N.pem (or -client-)
and its key. Give both to the agent with cert_file and key_file, and the authority's certificate with ca_file.`,
  args: [0, 0],
  flags: {
    server: { kind: 'bool', help: 'For a server' },
    client: { kind: 'bool', help: 'For any other agent' },
    cli: { kind: 'bool', help: 'Taken as Consul takes it: the same as -client', hidden: true },
    dc: { kind: 'text', value: 'NAME', help: 'Datacenter of the agent; default dc1' },
    region: { kind: 'text', value: 'NAME', help: 'Region of the agent; default global' },
    domain: { kind: 'text', value: 'DOMAIN', help: 'Domain of the names; default consul' },
    node: { kind: 'text', value: 'NAME', help: 'Node of the server, to have its name in the certificate' },
    days: { kind: 'number', value: 'COUNT', help: `Days that it is valid; default ${DEFAULT_DAYS}` },
    ca: { kind: 'text', value: 'FILE', help: "The authority's certificate; default DOMAIN-agent-ca.pem" },
    key: { kind: 'text', value: 'FILE', help: "The authority's key; default DOMAIN-agent-ca-key.pem" },
    'additional-dnsname': { kind: 'texts', value: 'NAME', help: 'Another name for it (repeatable)' },
    'additional-ipaddress': { kind: 'texts', value: 'ADDRESS', help: 'Another address for it (repeatable)' },
  },
  examples: ['tls cert create -server', 'tls cert create -server -dc eu-west', 'tls cert create -client'],
  async run({ flags, io }) {
    const role = roleOf(flags);
    const domain = flags.domain ?? 'consul';
    const dc = flags.dc ?? 'dc1';
    const { issueCertificate } = await import('../../rpc/tls/authority.ts');
    const authority = {
      certificate: await read(flags.ca ?? `${domain}-agent-ca.pem`),
      key: await read(flags.key ?? `${domain}-agent-ca-key.pem`),
    };
    const ofNode = flags.node === undefined ? [] : [`${flags.node}.${role}.${dc}.${domain}`];
    const agent = {
      role,
      region: flags.region ?? 'global',
      dnsNames: [`${role}.${dc}.${domain}`, ...ofNode, ...flags['additional-dnsname']],
      addresses: flags['additional-ipaddress'],
    };
    const pair = await issueCertificate(authority, agent, { now: io.now(), days: flags.days ?? DEFAULT_DAYS });
    const name = await freeName(`${dc}-${role}-${domain}`);
    await writeFile(`${name}-key.pem`, pair.key, { mode: 0o600 });
    await writeFile(`${name}.pem`, pair.certificate);
    io.out(`==> Saved ${name}.pem\n==> Saved ${name}-key.pem\n`);
    return 0;
  },
});

type Asked = Readonly<Record<'server' | 'client' | 'cli', boolean | undefined>>;

function roleOf({ server, client, cli }: Asked): 'server' | 'client' {
  if ([server, client, cli].filter(Boolean).length !== 1)
    throw new UsageError('say what the certificate is for: either -server or -client');
  return server ? 'server' : 'client';
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new CommandError(
      `The authority cannot be read: ${error.message}. Make one with "tls ca create", or name it with -ca and -key.`,
    );
  });
}

/** The first number that no file has. */
async function freeName(stem: string): Promise<string> {
  for (let number = 0; ; number += 1) {
    const isThere = await access(`${stem}-${number}.pem`).then(
      () => true,
      () => false,
    );
    if (!isThere) return `${stem}-${number}`;
  }
}
