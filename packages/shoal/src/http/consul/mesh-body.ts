import type { ServiceProxy } from '../../state/rows.ts';
import { anything, boolean, type Decode, integer, list, map, optional, string, struct } from '../shared/shape.ts';

/** What services are registered with for a mesh, as documented for `Proxy` and `Connect`. Nothing here goes by it: it is kept and served. */
const strict = { strict: true };
const fields = map(anything);

/** Fields of another object, without those that say nothing, as Go leaves them out; `always` stay. */
function said<T extends object>(decode: Decode<T>, always: readonly string[] = []): Decode<T> {
  return (value, field) =>
    Object.fromEntries(
      Object.entries(decode(value, field)).filter(([name, entry]) => always.includes(name) || saysSomething(entry)),
    ) as T;
}

function saysSomething(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== '' && value !== 0 && value !== false;
}

const meshGateway = said(struct({ Mode: string }, strict));
const expose = said(
  struct(
    {
      Checks: boolean,
      Paths: list(
        said(struct({ ListenerPort: integer, Path: string, LocalPathPort: integer, Protocol: string }, strict), [
          'ListenerPort',
          'Path',
          'LocalPathPort',
          'Protocol',
        ]),
      ),
    },
    strict,
  ),
);

const upstream = said(
  struct(
    {
      DestinationType: string,
      DestinationNamespace: string,
      DestinationPartition: string,
      DestinationPeer: string,
      DestinationName: string,
      Datacenter: string,
      LocalBindAddress: string,
      LocalBindPort: integer,
      LocalBindSocketPath: string,
      LocalBindSocketMode: string,
      Config: (value, field) => optional(fields)(value, field) ?? null,
      MeshGateway: meshGateway,
    },
    strict,
  ),
  ['DestinationType', 'DestinationName', 'Datacenter', 'LocalBindPort', 'Config', 'MeshGateway'],
);

const proxy = said(
  struct(
    {
      DestinationServiceName: string,
      DestinationServiceID: string,
      LocalServiceAddress: string,
      LocalServicePort: integer,
      LocalServiceSocketPath: string,
      Mode: string,
      Config: fields,
      Upstreams: list(upstream),
      MeshGateway: meshGateway,
      Expose: expose,
      TransparentProxy: said(struct({ OutboundListenerPort: integer, DialedDirectly: boolean }, strict)),
      AccessLogs: fields,
      EnvoyExtensions: list(fields),
    },
    strict,
  ),
  ['DestinationServiceName'],
);

/** Undefined where nothing is said. */
export const proxyBody: Decode<ServiceProxy | undefined> = (value, field) => {
  const given = proxy(value, field);
  return Object.values(given).some(saysSomething) ? given : undefined;
};

/** `SidecarService` is what an agent would register beside the service, had it a mesh. */
export const connectBody = struct({ Native: boolean, SidecarService: optional(fields) }, strict);
