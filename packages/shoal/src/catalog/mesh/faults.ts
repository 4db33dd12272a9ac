import type { ServiceProxy } from '../../state/rows.ts';

export const CONNECT_PROXY = 'connect-proxy';
const GATEWAYS = new Set(['mesh-gateway', 'ingress-gateway', 'terminating-gateway', 'api-gateway']);

type Registered = {
  readonly Kind: string;
  readonly Port: number;
  readonly SocketPath?: string;
  readonly Proxy?: ServiceProxy | undefined;
  readonly Native?: boolean;
};

/** What makes no sense of a proxy or gateway, all in one text in Consul's form; undefined when nothing is wrong. */
export function meshFault(service: Registered): string | undefined {
  const faults = GATEWAYS.has(service.Kind)
    ? gatewayFaults(service)
    : service.Kind === CONNECT_PROXY
      ? proxyFaults(service)
      : [];
  if (faults.length === 0) return undefined;
  const lines = faults.map((fault) => `\t* ${fault}\n`).join('');
  return `${faults.length} ${faults.length === 1 ? 'error' : 'errors'} occurred:\n${lines}\n`;
}

function proxyFaults({ Proxy: proxy, Port, SocketPath = '', Native }: Registered): string[] {
  return [
    ...(proxy?.DestinationServiceName
      ? []
      : ['Proxy.DestinationServiceName must be non-empty for Connect proxy services']),
    ...(Port === 0 && SocketPath === '' ? ['Port must be set for a Connect proxy'] : []),
    ...(Native ? ['A Proxy cannot also be Connect Native, only typical services'] : []),
    ...(proxy?.Upstreams ?? []).flatMap(upstreamFaults),
  ];
}

function upstreamFaults(upstream: { readonly [field: string]: unknown }): string[] {
  return [
    ...(upstream['DestinationName'] === '' ? ['upstream destination name cannot be empty'] : []),
    ...(upstream['LocalBindPort'] === 0 && !upstream['LocalBindSocketPath']
      ? ['upstream local bind port cannot be zero']
      : []),
  ];
}

function gatewayFaults({ Kind, Port, Proxy: proxy, Native }: Registered): string[] {
  const set = [
    'DestinationServiceName',
    'DestinationServiceID',
    'LocalServiceAddress',
    'LocalServicePort',
    'Upstreams',
  ];
  return [
    ...(Port === 0 && Kind !== 'api-gateway' ? [`Port must be non-zero for a ${Kind}`] : []),
    ...(Native ? [`${Kind} cannot be Connect Native`] : []),
    ...set
      .filter((field) => proxy?.[field])
      .map((field) => `The Proxy.${field} configuration is invalid for a ${Kind}`),
  ];
}
