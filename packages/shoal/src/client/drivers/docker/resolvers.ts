import type { ServeDns } from '../../serve-dns.ts';
import type { TaskSpec } from '../driver.ts';
import type { Engine } from './engine.ts';
import { isStatus } from './errors.ts';
import type { TaskConfig } from './task-config.ts';

/** What a container asks for names; undefined leaves it to the engine. `warning` is for the user. */
export type Resolvers = { servers: readonly string[] | undefined; warning?: string };

type Network = { Driver: string; Internal: boolean; IPAM?: { Config?: Range[] | null } };
type Range = { Subnet?: string; Gateway?: string };

/** The address that this machine has on a network of the engine; undefined for networks that do not lead here. */
export async function gatewayOf(engine: Engine, network: string): Promise<string | undefined> {
  try {
    const found = await engine.call<Network>('GET', `/networks/${encodeURIComponent(network)}`);
    if (found.Driver !== 'bridge' || found.Internal) return undefined;
    return found.IPAM?.Config?.map(gatewayIn).find((address) => address !== undefined);
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Until the engine's second start it does not say which; then it is the first one, unless the operator chose another. IPv4 only. */
function gatewayIn({ Subnet = '', Gateway }: Range): string | undefined {
  if (Gateway) return Gateway.includes(':') ? undefined : Gateway.split('/')[0];
  const [, prefix, last] = /^(\d+\.\d+\.\d+\.)(\d+)\/\d+$/.exec(Subnet) ?? [];
  return prefix && `${prefix}${Number(last) + 1}`;
}

/**
 * The job's `dns_servers`, else the group's `network { dns {} }`, else the agent at the address that the container's network has on this machine. A
 * container without a network of its own has the resolver of what it shares; one in its allocation's network has that one's file.
 */
export async function resolversFor(
  engine: Engine,
  { task, config, serveDns }: { task: TaskSpec; config: TaskConfig; serveDns: ServeDns | undefined },
): Promise<Resolvers> {
  if (task.network !== undefined && !config.network_mode) return { servers: undefined };
  const given = config.dns_servers ?? task.dns?.servers;
  if (given !== undefined && given.length > 0) return { servers: given };
  const network = networkName(config.network_mode);
  if (serveDns === undefined || network === undefined) return { servers: undefined };
  const address = await gatewayOf(engine, network);
  if (address === undefined) return { servers: undefined };
  const served = await serveDns(address);
  if ('servers' in served) return served;
  const remedy = 'set dns_servers in the task, network { dns {} } in the group, or let the agent serve DNS there';
  return { servers: undefined, warning: `Names of services do not resolve in this task: ${served.reason}; ${remedy}` };
}

/** The engine's network of a `network_mode`; undefined for a container that has no network of its own. */
export function networkName(mode = 'default'): string | undefined {
  if (mode === 'host' || mode === 'none' || mode.startsWith('container:')) return undefined;
  return mode === 'default' || mode === '' ? 'bridge' : mode;
}
