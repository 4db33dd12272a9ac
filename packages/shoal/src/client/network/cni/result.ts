/** What ADD answers (https://www.cni.dev/docs/spec/, section 5, "ADD Success"), as far as it is used here. It is handed on whole. */
export type CniResult = {
  readonly interfaces?: readonly { readonly name: string; readonly sandbox?: string }[];
  readonly ips?: readonly { readonly address: string; readonly gateway?: string; readonly interface?: number }[];
  readonly dns?: {
    readonly nameservers?: readonly string[];
    readonly domain?: string;
    readonly search?: readonly string[];
    readonly options?: readonly string[];
  };
  readonly [key: string]: unknown;
};

/** The allocation's end: the first interface inside that has an address, and its addresses without their prefixes. */
export type Attached = { interfaceName: string; address: string; addressIpv6: string; gateways: string[] };

export function attachedBy({ interfaces = [], ips = [] }: CniResult, ifname: string): Attached {
  const isInside = (index: number | undefined) => index === undefined || Boolean(interfaces[index]?.sandbox);
  const inside = ips.filter((ip) => isInside(ip.interface));
  const index = inside[0]?.interface;
  const own = inside.filter((ip) => ip.interface === index);
  const addressOf = (isWanted: (address: string) => boolean) => {
    const found = own.map(({ address }) => address).find(isWanted);
    return found?.split('/')[0] ?? '';
  };
  const isIpv6 = (address: string) => address.includes(':');
  return {
    interfaceName: (index === undefined ? undefined : interfaces[index]?.name) ?? ifname,
    address: addressOf((address) => !isIpv6(address)) || addressOf(isIpv6),
    addressIpv6: addressOf(isIpv6),
    gateways: own.flatMap(({ gateway }) => (gateway ? [gateway] : [])),
  };
}
