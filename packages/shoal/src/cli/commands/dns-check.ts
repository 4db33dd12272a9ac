import { lookup, Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { ConsulHttp } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { type AgentDns, agentDns, askable } from '../dns/agent-dns.ts';
import { type DnsSight, findings } from '../dns/findings.ts';

const TIMEOUT_MS = 3_000;
/** A name that is always there. */
const OUTSIDE = 'example.com';

export const command = defineCommand({
  usage: '[flags]',
  description: `Looks for what is wrong with DNS on this machine: whether the agent answers where it listens, whether programs find names of the cluster, whether its
recursors answer and do not go round in circles. Ends with 1 when something is wrong.`,
  args: [0, 0],
  flags: { ...CONSUL_FLAGS },
  examples: ['dns check'],
  async run({ flags, io, env }) {
    const found = findings(await look(connectConsulHttp(flags, env)));
    for (const { ok, text, remedy } of found) {
      io.out(`${ok ? io.paint.green('ok   ') : io.paint.red('wrong')} ${text}\n`);
      if (remedy !== undefined) io.out(`      ${remedy}\n`);
    }
    return found.every(({ ok }) => ok) ? 0 : 1;
  },
});

async function look(http: ConsulHttp): Promise<DnsSight> {
  const dns = await agentDns(http);
  const self = await http.ask<{ Config: { NodeName: string } }>('GET', '/v1/agent/self');
  const name = `${self.value?.Config.NodeName ?? ''}.node.${dns?.Domains[0] ?? 'consul'}`;
  const system = await throughSystem(name);
  const nameservers = await resolvConf();
  if (!dns) return { agent: undefined, addresses: [], system, nameservers, outside: undefined };
  const addresses = await Promise.all(dns.Addresses.map((one) => atAddress(askable(one.Address), one.Port, name)));
  return {
    agent: { domains: dns.Domains, recursors: dns.Recursors, fallthrough: dns.Fallthrough },
    addresses,
    system,
    nameservers,
    outside: dns.Recursors.length === 0 ? undefined : { name: OUTSIDE, failure: await askOutside(dns) },
  };

  async function throughSystem(asked: string) {
    try {
      const answers = await lookup(asked, { all: true });
      return { name: asked, addresses: answers.map(({ address }) => address), failure: undefined };
    } catch (error) {
      return { name: asked, addresses: [], failure: reasonOf(error) };
    }
  }
}

async function atAddress(address: string, port: number, name: string) {
  const [udp, tcp] = await Promise.all([failure(() => ask(address, port, name)), failure(() => dial(address, port))]);
  return { address, port, udp, tcp };
}

async function askOutside({ Addresses: [first] }: AgentDns): Promise<string | undefined> {
  return first ? failure(() => ask(askable(first.Address), first.Port, OUTSIDE)) : 'the agent listens nowhere';
}

async function ask(address: string, port: number, name: string): Promise<void> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
  resolver.setServers([`${address.includes(':') ? `[${address}]` : address}:${port}`]);
  await resolver.resolveAny(name);
}

function dial(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer in time')));
    socket.once('error', reject);
  });
}

async function failure(step: () => Promise<void>): Promise<string | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
}

async function resolvConf(): Promise<string[]> {
  const text = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address = '']) => address);
}
