import { FunctionError, type FunctionSet } from '@shoal/gotemplate';
import { type InterfaceAddress, isForwardable, isPrivate } from '../interface-address.ts';
import { attribute } from './attributes.ts';
import { calculated } from './math.ts';
import { best, sorted } from './order.ts';
import { selector } from './selectors.ts';

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
  limit: { min: 2, max: 2, call: (count, list) => addressList(list).slice(0, Math.max(0, whole(count))) },
  // From the end, if it is negative.
  offset: { min: 2, max: 2, call: (count, list) => addressList(list).slice(whole(count)) },
  math: {
    min: 3,
    max: 3,
    call: (operation, value, list) => addressList(list).map((of) => calculated(of, text(operation), text(value))),
  },
  attr: { min: 2, max: 2, call: (name, list) => attribute(addressList(list)[0], text(name)) },
  Attr: {
    min: 2,
    max: 2,
    call: (name, of) => attribute(Array.isArray(of) ? of[0] : (of as InterfaceAddress), text(name)),
  },
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

function unique(list: readonly InterfaceAddress[], by: string): InterfaceAddress[] {
  const seen = new Set<string>();
  return list.filter((of) => {
    const value = attribute(of, by);
    const fresh = !seen.has(value);
    seen.add(value);
    return fresh;
  });
}

function addressList(list: unknown): readonly InterfaceAddress[] {
  if (!Array.isArray(list))
    throw new FunctionError('the last argument is no list of interfaces: begin with GetAllInterfaces');
  return list as readonly InterfaceAddress[];
}

/** A number, or a text that holds one. */
function whole(value: unknown): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new FunctionError(`"${text(value)}" is no whole number`);
  return number;
}

function text(value: unknown): string {
  return String(value);
}
