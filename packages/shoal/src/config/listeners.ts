import type { Diagnostic } from '@shoal/hcl';
import { addressProblem, capital } from './address-problem.ts';
import { type Machine, resolveAddresses } from './addresses/resolve-address.ts';
import type { AgentConfig, Listener, PendingListener, PortName } from './agent-config.ts';
import { DEFAULTS } from './defaults.ts';
import type { Merged } from './merge.ts';
import type { Setting, SettingName } from './settings.ts';

export type Listening = Pick<AgentConfig, 'ports' | 'listen' | 'pending'> & {
  readonly diagnostics: readonly Diagnostic[];
};

const LISTENERS: readonly Listener[] = ['http', 'consulHttp', 'dns', 'rpc', 'edge'];
const PORTS_OF: Readonly<Record<Listener, readonly PortName[]>> = {
  http: ['http'],
  consulHttp: ['consulHttp'],
  dns: ['dns'],
  rpc: ['rpc'],
  edge: ['edgeHttp', 'edgeHttps'],
};

export type Roles = { readonly dev: boolean; readonly edge: boolean; readonly server: boolean };

/** Where to listen: the addresses of each listener, and what waits for an interface. */
export function listening(merged: Merged, machine: Machine, roles: Roles): Listening {
  const ports = portsOf(merged);
  const results = LISTENERS.map((listener) => {
    const on = (listener !== 'edge' || roles.edge) && PORTS_OF[listener].some((name) => ports[name] !== undefined);
    return on
      ? addressesOf(listener, merged, machine, roles)
      : { listener, addresses: [], pending: [], diagnostics: [] };
  });
  const listen = Object.fromEntries(
    results.map(({ listener, addresses }) => [listener, addresses]),
  ) as AgentConfig['listen'];
  return {
    ports,
    listen,
    pending: results.flatMap(({ pending }) => pending),
    diagnostics: [...unique(results.flatMap(({ diagnostics }) => diagnostics)), ...portClashes(ports, merged)],
  };
}

type ListenerResult = {
  listener: Listener;
  addresses: readonly string[];
  pending: readonly PendingListener[];
  diagnostics: readonly Diagnostic[];
};

function addressesOf(listener: Listener, merged: Merged, machine: Machine, roles: Roles): ListenerResult {
  const origin = originOf(listener, merged);
  if (origin === undefined) {
    return { listener, addresses: [defaultAddress(listener, roles)], pending: [], diagnostics: [] };
  }
  const { addresses, pending, errors } = resolveAddresses(String(origin.value), machine);
  return {
    listener,
    addresses: uncovered(addresses),
    pending: pending.map((part) => ({ ...part, listener, setting: origin.key })),
    diagnostics: [
      ...errors.map(({ source, reason, remedy }) => addressProblem('error', origin, `${source}: ${reason}.`, remedy)),
      ...pending.map(({ reason }) =>
        addressProblem('warning', origin, `${capital(reason)}. It is bound when it comes.`, undefined),
      ),
    ],
  };
}

/** A socket on `0.0.0.0` has every IPv4 address, one on `::` every address there is: a second one for one of them would find its port taken. */
function uncovered(addresses: readonly string[]): readonly string[] {
  if (addresses.includes('::')) return ['::'];
  if (!addresses.includes('0.0.0.0')) return addresses;
  return addresses.filter((address) => address === '0.0.0.0' || address.includes(':'));
}

/**
 * The APIs and DNS stay on this machine unless the configuration says otherwise. The agents' port of a server is for others, who must show a
 * certificate of the cluster or a token for one.
 */
function defaultAddress(listener: Listener, { dev, server }: Roles): string {
  const isForOthers = listener === 'edge' || (listener === 'rpc' && server);
  return isForOthers && !dev ? DEFAULTS.publicAddress : DEFAULTS.listenAddress;
}

/** What is said of this listener alone comes before what is said of several. */
function originOf(listener: Listener, merged: Merged): Setting | undefined {
  const general: Partial<Record<Listener, SettingName>> = {
    http: 'bind.http',
    consulHttp: 'bind.consulHttp',
    dns: 'bind.dns',
    rpc: 'bind.rpc',
  };
  const name = general[listener];
  return merged.origins.get(`addresses.${listener}`) ?? (name && merged.origins.get(name));
}

/** One setting for two listeners is reported once. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ summary, detail, range }) => {
    const key = JSON.stringify([summary, detail, range?.filename, range?.start.byte]);
    const fresh = !seen.has(key);
    seen.add(key);
    return fresh;
  });
}

function portsOf(merged: Merged): AgentConfig['ports'] {
  const names = Object.keys(DEFAULTS.ports) as PortName[];
  const ports = names.map((name) => {
    const port = merged.values[`ports.${name}`] ?? DEFAULTS.ports[name];
    return [name, port === -1 ? undefined : port];
  });
  return Object.fromEntries(ports) as AgentConfig['ports'];
}

function portClashes(ports: AgentConfig['ports'], merged: Merged): Diagnostic[] {
  const names = Object.keys(ports) as PortName[];
  return names.flatMap((name, index) => {
    const other = names.slice(0, index).find((before) => ports[before] === ports[name] && ports[name]);
    if (other === undefined) return [];
    const origin = merged.origins.get(`ports.${name}`) ?? merged.origins.get(`ports.${other}`);
    return [clash(ports[name] ?? 0, name, other, origin)];
  });
}

const PORT_NAMES: Readonly<Record<PortName, string>> = {
  http: 'the Nomad API',
  consulHttp: 'the Consul API',
  dns: 'DNS',
  rpc: 'the agents',
  edgeHttp: "the edge's HTTP",
  edgeHttps: "the edge's HTTPS",
};

function clash(port: number, name: PortName, other: PortName, origin: Setting | undefined): Diagnostic {
  return {
    severity: 'error',
    summary: `Port ${port} is given twice`,
    detail: `Both ${PORT_NAMES[other]} and ${PORT_NAMES[name]} would listen on it.`,
    ...(origin?.range !== undefined && { range: origin.range }),
    remedy: 'choose another port for one of them',
  };
}
