import { BlockList, isIP } from 'node:net';

/** What `os.networkInterfaces()` returns. */
export type Interfaces = Readonly<Record<string, readonly InterfaceInfo[] | undefined>>;

export type InterfaceInfo = {
  readonly address: string;
  readonly netmask: string;
  readonly family: 'IPv4' | 'IPv6' | 4 | 6;
  readonly internal: boolean;
};

/** One address of one interface. */
export type InterfaceAddress = {
  readonly name: string;
  readonly address: string;
  readonly family: 4 | 6;
  /** Length of the network's prefix. */
  readonly prefix: number;
  readonly loopback: boolean;
  /** Whether its interface holds the default route. */
  readonly isDefault: boolean;
};

/** All addresses of a machine, in the order of its interfaces. `defaultInterface` holds the default route. */
export function addressesOf(interfaces: Interfaces, defaultInterface?: string): InterfaceAddress[] {
  return Object.entries(interfaces).flatMap(([name, infos]) =>
    (infos ?? []).map((info) => ({
      name,
      address: info.address,
      family: info.family === 'IPv4' || info.family === 4 ? (4 as const) : (6 as const),
      prefix: prefixLength(info.netmask),
      loopback: info.internal,
      isDefault: name === defaultInterface,
    })),
  );
}

/** Whether `address` lies in `network` (`10.0.0.0/8`, `fe80::/10`, or a single address). False for what is no network. */
export function inNetwork(address: string, network: string): boolean {
  const [base = '', length] = network.split('/');
  const family = isIP(base);
  if (family === 0 || family !== isIP(address)) return false;
  const bits = length === undefined ? (family === 4 ? 32 : 128) : Number(length);
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, bits, type);
  return list.check(address, type);
}

export function isNetwork(text: string): boolean {
  const [base = '', length = '', ...rest] = text.split('/');
  const family = isIP(base);
  return family !== 0 && rest.length === 0 && /^\d+$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
}

/** The address blocks that are not for the public Internet, as far as interfaces carry them (RFC 6890). */
const PRIVATE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];
const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'];

export function isPrivate(address: string): boolean {
  return PRIVATE.some((network) => inNetwork(address, network));
}

/** Whether other machines beyond the link can send to it. */
export function isForwardable(of: InterfaceAddress): boolean {
  return !of.loopback && !LINK_LOCAL.some((network) => inNetwork(of.address, network));
}

function prefixLength(netmask: string): number {
  const parts = netmask.includes(':')
    ? netmask.split(':').map((part) => Number.parseInt(part || '0', 16))
    : netmask.split('.').map(Number);
  return parts.reduce((bits, part) => bits + part.toString(2).replaceAll('0', '').length, 0);
}
