import type { Allocation } from '@shoal/api';

/** The capability `portMappings` (https://www.cni.dev/docs/conventions/). `hostIP` '' is every address of the machine. */
export type PortMapping = { hostPort: number; containerPort: number; protocol: 'tcp' | 'udp'; hostIP?: string };

/**
 * Each port of the group's network, for TCP and UDP. A port that names a host network is mapped on its address, another one by `bindWildcard`
 * everywhere (client option `bind_wildcard_default_host_network`).
 */
export function portMappings({ AllocatedResources: { Shared } }: Allocation, bindWildcard: boolean): PortMapping[] {
  const named = new Set(
    (Shared.Networks ?? [])
      .flatMap(({ ReservedPorts, DynamicPorts }) => [...(ReservedPorts ?? []), ...(DynamicPorts ?? [])])
      .filter(({ HostNetwork = '' }) => HostNetwork !== '' && HostNetwork !== 'default')
      .map(({ Label }) => Label),
  );
  return (Shared.Ports ?? []).flatMap(({ Label, Value, To, HostIP }) => {
    const everywhere = HostIP === '' || (bindWildcard && !named.has(Label));
    return (['tcp', 'udp'] as const).map((protocol) => ({
      ...{ hostPort: Value, containerPort: To > 0 ? To : Value, protocol },
      ...(!everywhere && { hostIP: HostIP }),
    }));
  });
}
