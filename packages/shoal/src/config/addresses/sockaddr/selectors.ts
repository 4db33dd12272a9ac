import { FunctionError } from '@shoal/gotemplate';
import { compileRegexp } from '../../../regexp.ts';
import { type InterfaceAddress, inNetwork, isForwardable, isPrivate } from '../interface-address.ts';

export type Selector = (of: InterfaceAddress) => boolean;

/** A test for `include "network" "10.0.0.0/8"` and its like; several values are divided by `|`. */
export function selector(by: string, value: string): Selector {
  switch (by.toLowerCase()) {
    case 'name':
      return matching(value, (of) => of.name);
    case 'address':
      return matching(value, (of) => of.address);
    case 'network':
    case 'networks':
      return (of) => value.split(/[\s|]+/).some((network) => inNetwork(of.address, network));
    case 'flags':
    case 'flag':
      return every(value, flag);
    case 'type':
      return any(value, type);
    case 'size':
      return (of) => of.prefix === Number(value.replace('/', ''));
    case 'port':
      return () => value === '0';
    case 'rfc':
    case 'rfcs':
      return any(value, rfc);
    default:
      throw new FunctionError(`"${by}" is no selector; there are address, flags, name, network, port, rfc, size, type`);
  }
}

function every(value: string, read: (word: string) => Selector): Selector {
  const all = value.split('|').map((word) => read(word.trim()));
  return (of) => all.every((each) => each(of));
}

function any(value: string, read: (word: string) => Selector): Selector {
  const all = value.split('|').map((word) => read(word.trim()));
  return (of) => all.some((each) => each(of));
}

function matching(pattern: string, of: (address: InterfaceAddress) => string): Selector {
  const expression = compileRegexp(pattern);
  if ('error' in expression) throw new FunctionError(`"${pattern}" is no regular expression: ${expression.error}`);
  return (address) => expression.test(of(address));
}

const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'];

/** What interfaces are told of is up, and no tunnel; their addresses are each for one machine. */
const FLAGS: Readonly<Record<string, Selector>> = {
  broadcast: (of) => !of.loopback && of.family === 4,
  down: () => false,
  forwardable: isForwardable,
  'global unicast': isForwardable,
  'interface-local multicast': () => false,
  'link-local multicast': () => false,
  'link-local unicast': (of) => LINK_LOCAL.some((network) => inNetwork(of.address, network)),
  loopback: (of) => of.loopback,
  multicast: (of) => !of.loopback,
  'point-to-point': () => false,
  unspecified: (of) => of.address === '::',
  up: () => true,
};

function flag(word: string): Selector {
  return known(FLAGS, word, 'flag');
}

const TYPES: Readonly<Record<string, Selector>> = {
  ip: () => true,
  ipv4: (of) => of.family === 4,
  ipv6: (of) => of.family === 6,
  unix: () => false,
};

function type(word: string): Selector {
  return known(TYPES, word.toLowerCase(), 'type');
}

function known(table: Readonly<Record<string, Selector>>, word: string, what: string): Selector {
  const found = Object.hasOwn(table, word) ? table[word] : undefined;
  if (found === undefined)
    throw new FunctionError(`"${word}" is no ${what}; there are ${Object.keys(table).join(', ')}`);
  return found;
}

/** The documents that set blocks of addresses aside. */
const RFCS: Readonly<Record<string, readonly string[]>> = {
  '919': ['255.255.255.255/32'],
  '1112': ['224.0.0.0/4', '240.0.0.0/4'],
  '1122': ['0.0.0.0/8', '127.0.0.0/8'],
  '1918': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  '2544': ['198.18.0.0/15'],
  '3056': ['2002::/16'],
  '3068': ['192.88.99.0/24'],
  '3849': ['2001:db8::/32'],
  '3927': ['169.254.0.0/16'],
  '4193': ['fc00::/7'],
  '4291': ['::/128', '::1/128', 'fe80::/10', 'ff00::/8'],
  '4380': ['2001::/32'],
  '5737': ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'],
  '6598': ['100.64.0.0/10'],
  '6666': ['100::/64'],
};

function rfc(word: string): Selector {
  if (word === '6890') return (of) => isPrivate(of.address);
  const networks = Object.hasOwn(RFCS, word) ? RFCS[word] : undefined;
  if (networks === undefined)
    throw new FunctionError(`RFC ${word} is not known here; known are 6890, ${Object.keys(RFCS).join(', ')}`);
  return (of) => networks.some((each) => inNetwork(of.address, each));
}
