import { FunctionError } from '@shoal/gotemplate';
import { type InterfaceAddress, isForwardable, isPrivate } from '../interface-address.ts';
import { ipNumber } from '../ip-number.ts';

type Compare = (a: InterfaceAddress, b: InterfaceAddress) => number;

const ORDERS: Readonly<Record<string, Compare>> = {
  address: (a, b) => compareAddresses(a.address, b.address),
  default: (a, b) => Number(b.isDefault) - Number(a.isDefault),
  name: (a, b) => a.name.localeCompare(b.name, 'en'),
  port: () => 0,
  private: (a, b) => Number(isPrivate(b.address)) - Number(isPrivate(a.address)),
  size: (a, b) => a.prefix - b.prefix,
  type: (a, b) => a.family - b.family,
};

/** `sort "default,-type,size"`: several keys by commas, a minus turns one around. */
export function sorted(list: readonly InterfaceAddress[], by: string): InterfaceAddress[] {
  const keys = by.split(',').map((part) => {
    const [, sign = '', name = ''] = /^\s*([+-]?)(.*?)\s*$/.exec(part) ?? [];
    return { sign: sign === '-' ? -1 : 1, compare: orderBy(name) };
  });
  return [...list].sort(
    (a, b) => keys.map(({ sign, compare }) => sign * compare(a, b)).find((result) => result !== 0) ?? 0,
  );
}

function orderBy(name: string): Compare {
  const order = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined;
  if (order === undefined)
    throw new FunctionError(`"${name}" is no order; there are ${Object.keys(ORDERS).join(', ')}`);
  return order;
}

/** IPv4 before IPv6, then by number. */
function compareAddresses(a: string, b: string): number {
  const [left, right] = [ipNumber(a), ipNumber(b)];
  if (!left || !right || left.family !== right.family) return (left?.family ?? 0) - (right?.family ?? 0);
  return left.value < right.value ? -1 : Number(left.value > right.value);
}

/** Bridges that programs make for themselves: their addresses are for containers, not for other machines. */
const BRIDGE = /^(?:docker|br-|veth|virbr|cni|nomad|shoal|podman)/;

/** The default route's interface first, IPv4 before IPv6, reachable before link-local, wide networks before narrow. */
export function best(list: readonly InterfaceAddress[]): InterfaceAddress[] {
  const rank = (of: InterfaceAddress): number[] => [
    of.isDefault ? 0 : BRIDGE.test(of.name) ? 2 : 1,
    of.family,
    isForwardable(of) ? 0 : 1,
    of.prefix,
  ];
  return [...list].sort((a, b) => compareRanks(rank(a), rank(b)));
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
