import { readFile } from 'node:fs/promises';
import type { TaskDns } from '../drivers/driver.ts';
import type { ServeDns } from '../serve-dns.ts';
import type { CniResult } from './cni/result.ts';
import { type ResolvConf, readResolvConf } from './resolv-conf.ts';

export type ResolversNeeds = {
  /** The group's `network { dns {} }`. */
  dns: TaskDns | null;
  /** What the plugins say. */
  result: CniResult['dns'];
  /** Where this machine is on the allocation's network. */
  gateways: readonly string[];
  serveDns: ServeDns | undefined;
  /** This machine's own. */
  host: ResolvConf;
};

/** `warning` is for the user. */
export type Resolvers = { resolvConf: ResolvConf; warning?: string };

/**
 * Who answers names in an allocation's network: whom the group names, else whom the plugins name, else this agent where the machine is on that network,
 * else those of the machine's resolvers that are not its loopback, which is another one in there.
 */
export async function resolversFor({ dns, result, gateways, serveDns, host }: ResolversNeeds): Promise<Resolvers> {
  const own = { searches: dns?.searches ?? [], options: dns?.options ?? [] };
  if (dns !== null && dns.servers.length > 0) return { resolvConf: { servers: dns.servers, ...own } };
  if (result?.nameservers?.length) {
    const searches = result.search ?? (result.domain ? [result.domain] : []);
    return { resolvConf: over({ servers: result.nameservers, searches, options: result.options ?? [] }, own) };
  }
  const reasons: string[] = [];
  for (const gateway of serveDns === undefined ? [] : gateways) {
    const served = await serveDns!(gateway);
    if ('servers' in served) return { resolvConf: over({ ...host, servers: served.servers }, own) };
    reasons.push(served.reason);
  }
  const servers = host.servers.filter((server) => !isLoopback(server));
  const resolvConf = over({ ...host, servers }, own);
  if (reasons.length === 0) return { resolvConf };
  const remedy = 'set network { dns {} } in the group, or let the agent serve DNS there';
  return {
    resolvConf,
    warning: `Names of services do not resolve in this allocation: ${reasons.join('; ')}; ${remedy}`,
  };
}

function over(base: ResolvConf, own: Pick<ResolvConf, 'searches' | 'options'>): ResolvConf {
  return {
    servers: base.servers,
    searches: own.searches.length > 0 ? own.searches : base.searches,
    options: own.options.length > 0 ? own.options : base.options,
  };
}

/** systemd-resolved puts itself on the loopback, and keeps whom it asks in the second file (systemd-resolved.service(8)). */
const HOST_FILES = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

/** This machine's resolvers: of the first file that has one for others than itself. */
export async function hostResolvConf(files: readonly string[] = HOST_FILES): Promise<ResolvConf> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const read = texts.map(readResolvConf);
  return read.find(({ servers }) => servers.some((server) => !isLoopback(server))) ?? readResolvConf(texts[0] ?? '');
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
