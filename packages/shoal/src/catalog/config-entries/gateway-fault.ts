import type { ConfigEntry } from './plan.ts';

const PROTOCOLS = ['tcp', 'http', 'http2', 'grpc'];

type Listener = {
  readonly Port: number;
  readonly Protocol: string;
  readonly Services: readonly { readonly Name: string; readonly Hosts: readonly string[] | null }[];
};

/** What makes no sense of a gateway's entry; undefined when nothing is wrong. `entry` has Consul's names and forms. */
export function gatewayFault(entry: ConfigEntry): string | undefined {
  if (entry.Kind === 'ingress-gateway') return ingressFault((entry['Listeners'] ?? []) as readonly Listener[]);
  if (entry.Kind !== 'terminating-gateway') return undefined;
  const services = (entry['Services'] ?? []) as readonly { readonly Name: string }[];
  return services.some(({ Name }) => Name === '') ? 'Service name cannot be blank.' : repeated(services);
}

function ingressFault(listeners: readonly Listener[]): string | undefined {
  const ports = new Set<number>();
  for (const listener of listeners) {
    if (ports.has(listener.Port)) return `port ${listener.Port} declared on two listeners`;
    ports.add(listener.Port);
    const fault = listenerFault(listener);
    if (fault) return fault;
  }
  return undefined;
}

function listenerFault({ Port, Protocol, Services }: Listener): string | undefined {
  if (!PROTOCOLS.includes(Protocol))
    return `protocol must be 'tcp', 'http', 'http2', or 'grpc'. '${Protocol}' is an unsupported protocol`;
  if (Services.length === 0) return `No service declared for listener with port ${Port}`;
  if (Protocol === 'tcp' && Services.length > 1)
    return `Multiple services per listener are only supported for protocol = 'http', 'http2', and 'grpc' (listener on port ${Port})`;
  for (const { Name, Hosts } of Services) {
    if (Name === '') return `Service name cannot be blank (listener on port ${Port})`;
    if (Protocol !== 'tcp') continue;
    if (Name === '*')
      return `Wildcard service name is only valid for protocol = 'http', 'http2' and 'grpc' (listener on port ${Port})`;
    if ((Hosts ?? []).length > 0)
      return `Associating hosts to a service is not supported for the tcp protocol (listener on port ${Port})`;
  }
  return repeated(Services);
}

function repeated(services: readonly { readonly Name: string }[]): string | undefined {
  const seen = new Set<string>();
  for (const { Name } of services) {
    if (seen.has(Name)) return `Service ${JSON.stringify(Name)} was specified more than once within a gateway`;
    seen.add(Name);
  }
  return undefined;
}
