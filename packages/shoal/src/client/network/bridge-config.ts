import type { ConfigList } from './cni/config-list.ts';
import type { NetworkSettings } from './settings.ts';

/** Packets to allocations pass here before the plugins' own rules; operators put their own in front (`mode = "bridge"`, "NOMAD-ADMIN"). */
export const ADMIN_CHAIN = 'NOMAD-ADMIN';

/** Programs that `mode = "bridge"` runs, beside `loopback`. */
export const BRIDGE_PLUGINS: readonly string[] = ['bridge', 'firewall', 'host-local', 'portmap'];

/**
 * The network of `mode = "bridge"` (https://developer.hashicorp.com/nomad/docs/networking/cni): a bridge on this machine, addresses from its subnet,
 * masqueraded to the outside, ports mapped from the machine's. The machine is its gateway.
 */
export function bridgeConfig({ bridgeName, bridgeSubnet, bridgeSubnetIpv6, hairpin }: NetworkSettings): ConfigList {
  const ipv6 = bridgeSubnetIpv6 === undefined ? [] : [bridgeSubnetIpv6];
  return {
    cniVersion: '0.4.0',
    name: bridgeName,
    plugins: [
      {
        type: 'bridge',
        bridge: bridgeName,
        ipMasq: true,
        isGateway: true,
        forceAddress: true,
        hairpinMode: hairpin,
        ipam: {
          type: 'host-local',
          ranges: [bridgeSubnet, ...ipv6].map((subnet) => [{ subnet }]),
          routes: [{ dst: '0.0.0.0/0' }, ...ipv6.map(() => ({ dst: '::/0' }))],
        },
      },
      { type: 'firewall', backend: 'iptables', iptablesAdminChainName: ADMIN_CHAIN },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ],
  };
}
