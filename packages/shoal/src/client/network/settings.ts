import { isIPv6 } from 'node:net';

/** How this node gives allocations networks of their own (client configuration, https://developer.hashicorp.com/nomad/docs/configuration/client). */
export type NetworkSettings = {
  /** Folders with CNI plugins; the first one that has a plugin counts. */
  cniPath: readonly string[];
  /** Where the configurations of `cni/NAME` are. */
  cniConfigDir: string;
  bridgeName: string;
  /** IPv4, `address/bits`. */
  bridgeSubnet: string;
  bridgeSubnetIpv6: string | undefined;
  hairpin: boolean;
  /** Whether ports that name no host network are mapped on all addresses of the machine, not on the default one only. */
  bindWildcard: boolean;
};

export type NetworkMistake = {
  setting: 'bridgeName' | 'bridgeSubnet' | 'bridgeSubnetIpv6';
  mistake: string;
  remedy: string;
};

/** What an interface may be called (dev_valid_name in the kernel: 15 bytes, no blank, no "/" and ":"). */
const INTERFACE_NAME = /^(?!\.{1,2}$)[^\s/:]{1,15}$/;
/** Room for the gateway and one allocation; and no more than one private network has. */
const [LEAST_BITS, MOST_BITS] = [8, 30];
const [LEAST_BITS_IPV6, MOST_BITS_IPV6] = [32, 126];

/** Mistakes that the plugins would only tell with the first allocation. */
export function networkMistakes({ bridgeName, bridgeSubnet, bridgeSubnetIpv6 }: NetworkSettings): NetworkMistake[] {
  const mistakes: NetworkMistake[] = [];
  if (!INTERFACE_NAME.test(bridgeName)) {
    mistakes.push({
      setting: 'bridgeName',
      mistake: `bridge_network_name is "${bridgeName}"`,
      remedy: 'An interface has a name of at most 15 letters, without blanks, "/" and ":".',
    });
  }
  if (!isSubnet(bridgeSubnet)) {
    mistakes.push({
      setting: 'bridgeSubnet',
      mistake: `bridge_network_subnet is "${bridgeSubnet}"`,
      remedy: `Give an IPv4 network with ${LEAST_BITS} to ${MOST_BITS} bits, such as "172.26.64.0/20".`,
    });
  }
  if (bridgeSubnetIpv6 !== undefined && !isSubnetIpv6(bridgeSubnetIpv6)) {
    mistakes.push({
      setting: 'bridgeSubnetIpv6',
      mistake: `bridge_network_subnet_ipv6 is "${bridgeSubnetIpv6}"`,
      remedy: `Give an IPv6 network with ${LEAST_BITS_IPV6} to ${MOST_BITS_IPV6} bits, such as "fd00:a110:c8::/120".`,
    });
  }
  return mistakes;
}

function isSubnet(text: string): boolean {
  const [, address = '', bits] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text) ?? [];
  if (address === '' || address.split('.').some((part) => Number(part) > 255)) return false;
  return Number(bits) >= LEAST_BITS && Number(bits) <= MOST_BITS;
}

function isSubnetIpv6(text: string): boolean {
  const [, address = '', bits] = /^([\da-f:]+)\/(\d{1,3})$/i.exec(text) ?? [];
  return isIPv6(address) && Number(bits) >= LEAST_BITS_IPV6 && Number(bits) <= MOST_BITS_IPV6;
}
