import { FunctionError } from '@shoal/gotemplate';
import type { InterfaceAddress } from '../interface-address.ts';
import { bitsOf, type IpNumber, ipNumber, ipText, maskOf } from '../ip-number.ts';

type Read = (of: InterfaceAddress, ip: IpNumber) => string;

/** What can be said of an address, by go-sockaddr's names. */
const ATTRIBUTES: Readonly<Record<string, Read>> = {
  address: (of) => of.address,
  binary: (_, ip) => ip.value.toString(2).padStart(bitsOf(ip.family), '0'),
  broadcast: (of, ip) => (ip.family === 4 ? ipText(last(of, ip)) : ''),
  first_usable: (of, ip) => ipText(bitsOf(ip.family) - of.prefix < 2 ? network(of, ip) : plus(network(of, ip), 1n)),
  hex: (_, ip) => ip.value.toString(16).padStart(bitsOf(ip.family) / 4, '0'),
  host: (of) => of.address,
  last_usable: (of, ip) => ipText(ip.family === 6 || of.prefix > 30 ? last(of, ip) : plus(last(of, ip), -1n)),
  mask_bits: (of) => String(of.prefix),
  name: (of) => of.name,
  netmask: (of, { family }) => ipText({ family, value: maskOf(family, of.prefix) }),
  network: (of, ip) => ipText(network(of, ip)),
  octets: (_, ip) => octets(ip).join(' '),
  port: () => '0',
  size: (of, { family }) => String(1n << BigInt(bitsOf(family) - of.prefix)),
  string: (of, { family }) => (of.prefix === bitsOf(family) ? of.address : `${of.address}/${of.prefix}`),
  type: (of) => `IPv${of.family}`,
  uint32: (_, ip) => (ip.family === 4 ? String(ip.value) : ''),
  uint128: (_, ip) => (ip.family === 6 ? String(ip.value) : ''),
};

/** Nothing at all has no attributes: the text is empty, as in go-sockaddr. */
export function attribute(of: InterfaceAddress | undefined, name: string): string {
  const read = Object.hasOwn(ATTRIBUTES, name.toLowerCase()) ? ATTRIBUTES[name.toLowerCase()] : undefined;
  if (read === undefined)
    throw new FunctionError(`"${name}" is no attribute; there are ${Object.keys(ATTRIBUTES).join(', ')}`);
  const ip = of && ipNumber(of.address);
  return of && ip ? read(of, ip) : '';
}

export function network(of: InterfaceAddress, { family, value }: IpNumber): IpNumber {
  return { family, value: value & maskOf(family, of.prefix) };
}

/** The last address of the network: for IPv4 its broadcast address. */
export function last(of: InterfaceAddress, ip: IpNumber): IpNumber {
  const hosts = (1n << BigInt(bitsOf(ip.family) - of.prefix)) - 1n;
  return { family: ip.family, value: network(of, ip).value | hosts };
}

function plus({ family, value }: IpNumber, count: bigint): IpNumber {
  return { family, value: value + count };
}

function octets({ family, value }: IpNumber): number[] {
  return Array.from({ length: bitsOf(family) / 8 }, (_, at) =>
    Number((value >> BigInt(bitsOf(family) - 8 * (at + 1))) & 255n),
  );
}
