import { createSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { readResolvConf } from '../client/network/resolv-conf.ts';
import type { DnsServed } from '../client/serve-dns.ts';
import type { DnsAddress } from '../dns/listener.ts';
import type { DnsServer } from '../dns/server.ts';
import type { Log } from '../log.ts';

/** DNS for tasks that have a network of their own: on port 53 of the address that this machine has in it. */
export type TaskDns = {
  /** Idempotent. What is not possible now may be the next time. */
  serve(address: string): Promise<DnsServed>;
  stop(): Promise<void>;
};

export type TaskDnsDeps = {
  /** What the agent serves by its configuration. */
  main: Pick<DnsServer, 'addresses' | 'listen'>;
  /** Its `recursors` and its ports. */
  settings: { readonly recursors: readonly string[]; readonly ports: readonly number[] };
  /** Another server of the same names, with these recursors. */
  open(recursors: readonly string[]): DnsServer;
  log: Log;
  port?: number;
  resolvConf?: () => Promise<string>;
};

const DNS_PORT = 53;
const RESOLV_CONF = '/etc/resolv.conf';

/**
 * A task that is told to ask the agent asks it for everything. So what is not ours is asked of the configured recursors, and where there are none, of
 * the servers that this machine itself asks.
 */
export function createTaskDns(deps: TaskDnsDeps): TaskDns {
  const { main, settings, log, port = DNS_PORT } = deps;
  const resolvConf = deps.resolvConf ?? (() => readFile(RESOLV_CONF, 'utf8').catch(() => ''));
  const told = new Set<string>();
  let own: { server: DnsServer; recursors: string } | undefined;
  let work: Promise<unknown> = Promise.resolve();

  const isServedBy = (server: Pick<DnsServer, 'addresses'>, address: string) =>
    server.addresses().some((one) => one.port === port && (one.host === address || isWildcard(one)));

  async function hostResolvers(): Promise<string[]> {
    const { servers } = readResolvConf(await resolvConf());
    // Whoever asks us must not be asked by us.
    return servers.filter((server) => !isServedBy(main, server) && !(own && isServedBy(own.server, server)));
  }

  async function serve(address: string): Promise<DnsServed> {
    if (!(await isOurs(address))) return { reason: `${address} is no address of the agent's machine` };
    const byMain = settings.recursors.length > 0 || settings.ports.includes(port) || isServedBy(main, address);
    const resolvers = await hostResolvers();
    try {
      if (!byMain) return await serveApart(address, resolvers);
      await main.listen({ host: address, port });
      const others = settings.recursors.length > 0 ? [] : resolvers.filter((server) => !isLoopback(server));
      return { servers: [address, ...others] };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!told.has(address)) log.info({ address, reason }, 'dns: tasks cannot be served there');
      told.add(address);
      return { reason };
    }
  }

  /** Begun anew when this machine asks others than before. */
  async function serveApart(address: string, resolvers: readonly string[]): Promise<DnsServed> {
    const recursors = resolvers.join(' ');
    if (own?.recursors !== recursors) {
      const before = own?.server.addresses() ?? [];
      await own?.server.stop();
      own = { server: deps.open(resolvers), recursors };
      await own.server.start();
      for (const one of before) await own.server.listen(one);
    }
    await own.server.listen({ host: address, port });
    return { servers: [address] };
  }

  return {
    serve(address) {
      const served = work.then(() => serve(address));
      work = served;
      return served;
    },
    async stop() {
      await work;
      await own?.server.stop();
    },
  };
}

function isWildcard({ host }: DnsAddress): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** In a network of its own a task has another loopback. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** Asked of the kernel: the list of interfaces leaves out a bridge that nothing is plugged into yet. */
function isOurs(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    probe.once('error', () => resolve(false));
    probe.bind(0, address, () => probe.close(() => resolve(true)));
  });
}
