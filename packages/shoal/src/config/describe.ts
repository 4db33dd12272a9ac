import type { AgentConfig, Listener } from './agent-config.ts';
import { FORMS } from './dialects/dialect.ts';
import type { LoadedConfig } from './load.ts';

/** What a configuration comes to, as pairs of a heading and its value, in the order in which people look for them. */
export function describeConfig(config: AgentConfig, dialects: LoadedConfig['dialects']): [string, string][] {
  const lines: [string, string | undefined][] = [
    ['Node', `${config.nodeName} (datacenter ${config.datacenter}, region ${config.region})`],
    ['Roles', roles(config)],
    ['Data', config.dataDir ?? 'temporary'],
    ['Nomad API', endpoints(config, 'http', config.ports.http)],
    ['Consul API', endpoints(config, 'consulHttp', config.ports.consulHttp)],
    ['DNS', `${endpoints(config, 'dns', config.ports.dns)} for ${config.dns.domain}`],
    ['Agents', `${endpoints(config, 'rpc', config.ports.rpc)}, advertised as ${config.advertise.rpc}`],
    ['Edge', config.edge.enabled ? edge(config) : undefined],
    ['Joins', config.join.addresses.join(', ') || undefined],
    ['Other datacenters', Object.keys(config.remoteDatacenters).join(', ') || undefined],
    ['raw_exec', config.rawExec.enabled ? 'allowed' : 'off'],
    ['Watches', config.watches.length > 0 ? String(config.watches.length) : undefined],
    ['Files', config.files.map((file) => `${file} (${FORMS[dialects.get(file) ?? 'shoal']})`).join(', ') || undefined],
  ];
  return lines.flatMap(([heading, value]) => (value === undefined ? [] : [[heading, value] as [string, string]]));
}

function roles(config: AgentConfig): string {
  const names = [
    config.server.enabled ? `server (of ${config.server.bootstrapExpect})` : '',
    config.client.enabled ? 'client' : '',
    config.edge.enabled ? 'edge' : '',
  ];
  return names.filter((name) => name !== '').join(', ') || 'none: catalog and DNS of the servers it joins';
}

function endpoints(config: AgentConfig, listener: Listener, port: number | undefined): string {
  if (port === undefined) return 'off';
  const now = config.listen[listener].map((address) => endpoint(address, port));
  const later = config.pending
    .filter((part) => part.listener === listener)
    .map(({ source }) => `${source} when it comes`);
  return [...now, ...later].join(', ');
}

function edge(config: AgentConfig): string {
  return [
    ...(config.ports.edgeHttp === undefined ? [] : [endpoints(config, 'edge', config.ports.edgeHttp)]),
    ...(config.ports.edgeHttps === undefined ? [] : [endpoints(config, 'edge', config.ports.edgeHttps)]),
  ].join(', ');
}

function endpoint(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
