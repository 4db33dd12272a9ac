import type { Serves } from '../../agent/agent.ts';
import type { AgentConfig } from '../../config/agent-config.ts';
import { VERSION } from '../../version.ts';
import type { Paint } from '../output/paint.ts';

/** Where everything is, for the user who has just started an agent on a terminal. */
export function banner(config: AgentConfig, serves: Serves, paint: Paint): string {
  const rows: [string, string][] = [
    ['Node', `${config.nodeName} in ${config.datacenter}`],
    ['Data', config.dataDir ?? 'temporary, gone when the agent ends'],
    ["Nomad's API", urls(serves.http)],
    ["Consul's API", urls(serves.consulHttp)],
    ['DNS', serves.dns.length > 0 ? `${places(serves.dns)} for .${config.dns.domain}` : ''],
    ['Edge', urls(serves.edge)],
  ];
  const shown = rows.filter(([, value]) => value !== '');
  const lines = shown.map(([name, value]) => `  ${paint.bold(name.padEnd(12))}  ${value}`);
  const ending = config.leaveOnInterrupt
    ? 'Ctrl-C stops the agent and its tasks.'
    : 'Ctrl-C stops the agent; its tasks go on.';
  return `\n${paint.bold(`Shoal v${VERSION}`)}\n\n${lines.join('\n')}\n\n  ${paint.dim(ending)}\n\n`;
}

/** The same for a log line. */
export function placesOf(serves: Serves): Record<keyof Serves, string> {
  return {
    http: places(serves.http),
    consulHttp: places(serves.consulHttp),
    dns: places(serves.dns),
    rpc: places(serves.rpc),
    edge: places(serves.edge),
  };
}

type Served = { readonly address: string; readonly port: number };

function urls(served: readonly Served[]): string {
  return [...new Set(served.map((one) => `http://${place(one)}`))].join('  ');
}

/** DNS listens on one port by UDP and TCP. */
function places(served: readonly Served[]): string {
  return [...new Set(served.map(place))].join(', ');
}

function place({ address, port }: Served): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
