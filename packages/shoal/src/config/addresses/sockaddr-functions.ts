import { FunctionError, type FunctionSet } from '@shoal/gotemplate';
import { compileRegexp } from '../../regexp.ts';
import { type InterfaceAddress, inNetwork, isForwardable, isPrivate } from './interface-address.ts';

/**
 * go-sockaddr's template functions (its package `template`), on the given addresses of this machine.
 * `missing` is told the names of interfaces that were asked for and are not there.
 */
export function sockaddrFunctions(
  addresses: readonly InterfaceAddress[],
  missing: (name: string) => void = () => undefined,
): FunctionSet {
  const usable = addresses.filter(isForwardable);
  const inside = best(usable.filter((of) => isPrivate(of.address)));
  const outside = best(usable.filter((of) => !isPrivate(of.address)));
  const named = (name: string): InterfaceAddress[] => {
    const found = addresses.filter((of) => of.name === name);
    if (found.length === 0) missing(name);
    return best(found);
  };
  return {
    ...sources({ GetAllInterfaces: [...addresses], GetPrivateInterfaces: inside, GetPublicInterfaces: outside }),
    ...sources({ GetDefaultInterfaces: best(usable.filter((of) => of.isDefault)) }),
    ...texts({ GetPrivateIP: one(inside), GetPrivateIPs: all(inside), GetPublicIP: one(outside) }),
    ...texts({ GetPublicIPs: all(outside) }),
    GetInterfaceIP: { min: 1, max: 1, params: ['string'], call: (name) => one(named(String(name))) },
    GetInterfaceIPs: { min: 1, max: 1, params: ['string'], call: (name) => all(named(String(name))) },
    ...listFunctions,
  };
}

const listFunctions: FunctionSet = {
  include: { min: 3, max: 3, call: (by, value, list) => addressList(list).filter(selector(text(by), text(value))) },
  exclude: {
    min: 3,
    max: 3,
    call: (by, value, list) => {
      const selected = selector(text(by), text(value));
      return addressList(list).filter((of) => !selected(of));
    },
  },
  sort: { min: 2, max: 2, call: (by, list) => sorted(addressList(list), text(by)) },
  unique: { min: 2, max: 2, call: (by, list) => unique(addressList(list), text(by)) },
  limit: { min: 2, max: 2, call: (count, list) => addressList(list).slice(0, Number(count)) },
  offset: { min: 2, max: 2, call: (count, list) => addressList(list).slice(Number(count)) },
  attr: { min: 2, max: 2, call: (name, list) => attribute(addressList(list)[0], text(name)) },
  join: {
    min: 3,
    max: 3,
    call: (name, by, list) =>
      addressList(list)
        .map((of) => attribute(of, text(name)))
        .join(text(by)),
  },
};

function sources(lists: Record<string, InterfaceAddress[]>): FunctionSet {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, { max: 0, call: () => list }]));
}

function texts(values: Record<string, string>): FunctionSet {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { max: 0, call: () => value }]));
}

function one(list: readonly InterfaceAddress[]): string {
  return list[0]?.address ?? '';
}

function all(list: readonly InterfaceAddress[]): string {
  return list.map((of) => of.address).join(' ');
}

/** Bridges that programs make for themselves: their addresses are for containers, not for other machines. */
const BRIDGE = /^(?:docker|br-|veth|virbr|cni|nomad|shoal|podman)/;

/** The default route's interface first, IPv4 before IPv6, reachable before link-local, wide networks before narrow. */
function best(list: readonly InterfaceAddress[]): InterfaceAddress[] {
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

type Selector = (of: InterfaceAddress) => boolean;

/** A test for `include "network" "10.0.0.0/8"` and its like; several values are divided by `|` or blanks. */
function selector(by: string, value: string): Selector {
  switch (by) {
    case 'name':
      return matching(value, (of) => of.name);
    case 'address':
      return matching(value, (of) => of.address);
    case 'network':
      return (of) => value.split(/[\s|]+/).some((network) => inNetwork(of.address, network));
    case 'flags':
    case 'flag':
      return flagSelector(value);
    case 'type':
      return typeSelector(value);
    case 'size':
      return (of) => of.prefix === Number(value.replace('/', ''));
    case 'rfc':
      return rfcSelector(value);
    default:
      throw new FunctionError(`"${by}" is no selector; there are address, flags, name, network, rfc, size, type`);
  }
}

function matching(pattern: string, of: (address: InterfaceAddress) => string): Selector {
  const expression = compileRegexp(pattern);
  if ('error' in expression) throw new FunctionError(`"${pattern}" is no regular expression: ${expression.error}`);
  return (address) => expression.test(of(address));
}

const FLAGS: Readonly<Record<string, Selector>> = {
  up: () => true,
  forwardable: isForwardable,
  loopback: (of) => of.loopback,
  'global unicast': isForwardable,
  multicast: (of) => !of.loopback,
  broadcast: (of) => !of.loopback && of.family === 4,
};

function flagSelector(value: string): Selector {
  const wanted = value.split('|').map((name) => {
    const flag = FLAGS[name.trim()];
    if (flag === undefined) throw new FunctionError(`"${name}" is no flag; there are ${Object.keys(FLAGS).join(', ')}`);
    return flag;
  });
  return (of) => wanted.every((flag) => flag(of));
}

function typeSelector(value: string): Selector {
  const kinds: Record<string, Selector> = {
    ip: () => true,
    ipv4: (of) => of.family === 4,
    ipv6: (of) => of.family === 6,
    unix: () => false,
  };
  const found = kinds[value.toLowerCase()];
  if (found === undefined) throw new FunctionError(`"${value}" is no type; there are IP, IPv4, IPv6`);
  return found;
}

/** The documents that people select by: private (1918, 4193, 6890), link-local, carrier and loopback addresses. */
const RFCS: Readonly<Record<string, readonly string[]>> = {
  '1918': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  '3927': ['169.254.0.0/16'],
  '4193': ['fc00::/7'],
  '4291': ['fe80::/10', '::1/128'],
  '6598': ['100.64.0.0/10'],
};

function rfcSelector(value: string): Selector {
  if (value === '6890') return (of) => isPrivate(of.address);
  const networks = RFCS[value];
  if (networks === undefined)
    throw new FunctionError(`RFC ${value} is not known here; known are 6890, ${Object.keys(RFCS).join(', ')}`);
  return (of) => networks.some((network) => inNetwork(of.address, network));
}

/** `sort "default,-type,size"`: several keys by commas, a minus turns one around. */
function sorted(list: readonly InterfaceAddress[], by: string): InterfaceAddress[] {
  const keys = by.split(',').map((part) => {
    const name = part.trim().replace(/^[+-]/, '');
    return { sign: part.trim().startsWith('-') ? -1 : 1, compare: comparator(name) };
  });
  return [...list].sort(
    (a, b) => keys.map(({ sign, compare }) => sign * compare(a, b)).find((result) => result !== 0) ?? 0,
  );
}

function comparator(name: string): (a: InterfaceAddress, b: InterfaceAddress) => number {
  switch (name) {
    case 'default':
      return (a, b) => Number(b.isDefault) - Number(a.isDefault);
    case 'private':
      return (a, b) => Number(isPrivate(b.address)) - Number(isPrivate(a.address));
    case 'type':
      return (a, b) => a.family - b.family;
    case 'size':
      return (a, b) => a.prefix - b.prefix;
    case 'name':
      return (a, b) => a.name.localeCompare(b.name, 'en');
    case 'address':
      return (a, b) => a.address.localeCompare(b.address, 'en', { numeric: true });
    default:
      throw new FunctionError(`"${name}" is no order; there are address, default, name, private, size, type`);
  }
}

function unique(list: readonly InterfaceAddress[], by: string): InterfaceAddress[] {
  const seen = new Set<string>();
  return list.filter((of) => {
    const value = attribute(of, by);
    const fresh = !seen.has(value);
    seen.add(value);
    return fresh;
  });
}

/** Nothing at all has no attributes: the text is empty, as in go-sockaddr. */
function attribute(of: InterfaceAddress | undefined, name: string): string {
  if (of === undefined) return '';
  switch (name.toLowerCase()) {
    case 'address':
    case 'ip':
      return of.address;
    case 'name':
      return of.name;
    case 'size':
    case 'prefix':
      return String(of.prefix);
    case 'type':
      return `IPv${of.family}`;
    case 'network':
    case 'string':
      return `${of.address}/${of.prefix}`;
    default:
      throw new FunctionError(`"${name}" is no attribute; there are address, name, network, size, type`);
  }
}

function addressList(list: unknown): readonly InterfaceAddress[] {
  if (!Array.isArray(list))
    throw new FunctionError('the last argument is no list of interfaces: begin with GetAllInterfaces');
  return list as readonly InterfaceAddress[];
}

function text(value: unknown): string {
  return String(value);
}
