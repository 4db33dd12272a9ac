import { FunctionError } from '@shoal/gotemplate';
import type { InterfaceAddress } from '../interface-address.ts';
import { bitsOf, type IpNumber, ipNumber, ipText, maskOf } from '../ip-number.ts';
import { last, network } from './attributes.ts';

/**
 * `math "address" "+5"`: that far on, over the ends of networks and around the end of all addresses. `math "network" "+2"`:
 * that far into the network, or with a minus that far before its last address, and around inside of it.
 * `math "mask" "16"`: the network of that size. Source: documentation of go-sockaddr's package template.
 */
export function calculated(of: InterfaceAddress, operation: string, value: string): InterfaceAddress {
  const ip = ipNumber(of.address);
  if (ip === undefined) return of;
  switch (operation) {
    case 'address':
      return moved(of, ip, ip.value + signed(value));
    case 'network':
      return moved(of, ip, inNetwork(of, ip, signed(value), value.startsWith('-')));
    case 'mask':
      return masked(of, ip, value);
    default:
      throw new FunctionError(`"${operation}" is no operation; there are address, mask, network`);
  }
}

function signed(value: string): bigint {
  if (!/^[+-]\d{1,40}$/.test(value))
    throw new FunctionError(`"${value}" is no number with a sign, such as "+1" or "-1"`);
  return BigInt(value.replace('+', ''));
}

function moved(of: InterfaceAddress, { family }: IpNumber, value: bigint): InterfaceAddress {
  return { ...of, address: ipText({ family, value: BigInt.asUintN(bitsOf(family), value) }) };
}

/** Behind the last address the first one comes again. */
function inNetwork(of: InterfaceAddress, ip: IpNumber, count: bigint, fromEnd: boolean): bigint {
  const hostBits = bitsOf(ip.family) - of.prefix;
  const start = fromEnd ? last(of, ip).value + 1n : network(of, ip).value;
  return network(of, ip).value | BigInt.asUintN(hostBits, start + count);
}

function masked(of: InterfaceAddress, ip: IpNumber, value: string): InterfaceAddress {
  const prefix = Number(value);
  if (!/^\d+$/.test(value) || prefix > bitsOf(ip.family))
    throw new FunctionError(`"${value}" is no size of a network mask`);
  const address = ipText({ family: ip.family, value: ip.value & maskOf(ip.family, prefix) });
  return { ...of, address, prefix: Math.min(of.prefix, prefix) };
}
