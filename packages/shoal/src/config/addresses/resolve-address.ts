import { isIP } from 'node:net';
import { compile, TemplateError } from '@shoal/gotemplate';
import {
  addressesOf,
  type InterfaceAddress,
  type Interfaces,
  inNetwork,
  isForwardable,
  isNetwork,
} from './interface-address.ts';
import { sockaddrFunctions } from './sockaddr/functions.ts';

/** The machine on which addresses are looked up. */
export type Machine = {
  /** As `os.networkInterfaces()` gives them. */
  readonly interfaces: Interfaces;
  /** The interface of the default route, when known. */
  readonly defaultInterface?: string | undefined;
};

/** What a setting like `client_addr` comes to on a machine. */
export type ResolvedAddresses = {
  /** IP addresses, in the order of the setting, each once. */
  readonly addresses: readonly string[];
  /** Parts that have no address yet, as an interface may come later. */
  readonly pending: readonly PendingAddress[];
  /** Parts that can never be an address. */
  readonly errors: readonly AddressError[];
};

export type PendingAddress = { readonly source: string; readonly reason: string };
export type AddressError = { readonly source: string; readonly reason: string; readonly remedy?: string | undefined };

/**
 * Reads addresses divided by blanks: IP addresses, go-sockaddr templates, names of interfaces (`eth0`) and networks
 * (`10.0.0.0/8`: the machine's address in it). Called again with newer interfaces, pending parts find their address.
 */
export function resolveAddresses(setting: string, machine: Machine): ResolvedAddresses {
  const known = addressesOf(machine.interfaces, machine.defaultInterface);
  const results = splitParts(setting).map((part) => resolvePart(part, known));
  return {
    addresses: [...new Set(results.flatMap((result) => result.addresses))],
    pending: results.flatMap((result) => result.pending),
    errors: results.flatMap((result) => result.errors),
  };
}

/** Blanks inside `{{ }}` belong to the template. */
function splitParts(setting: string): string[] {
  return setting.match(/(?:\{\{.*?\}\}|\S)+/gs) ?? [];
}

function resolvePart(part: string, known: readonly InterfaceAddress[]): ResolvedAddresses {
  if (!part.includes('{{')) return literals([part], part, known, []);
  const missing: string[] = [];
  try {
    const functions = sockaddrFunctions(known, (name) => missing.push(name));
    const text = compile(part, { name: 'address', functions }).render();
    return literals(splitParts(text), part, known, missing);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return failed(part, error.reason, error.remedy);
  }
}

function literals(
  words: readonly string[],
  source: string,
  known: readonly InterfaceAddress[],
  missing: readonly string[],
): ResolvedAddresses {
  const none = { addresses: [], errors: [] };
  if (missing.length > 0)
    return { ...none, pending: [{ source, reason: `there is no interface ${list(missing)} yet` }] };
  if (words.length === 0) return { ...none, pending: [{ source, reason: 'no address of this machine matches yet' }] };
  const results = words.map((word) => resolveWord(word, source, known));
  return {
    addresses: results.flatMap((result) => result.addresses),
    pending: results.flatMap((result) => result.pending),
    errors: results.flatMap((result) => result.errors),
  };
}

function resolveWord(word: string, source: string, known: readonly InterfaceAddress[]): ResolvedAddresses {
  const plain = word.replace(/^\[(.*)\]$/, '$1');
  if (isIP(plain) !== 0) return found([plain]);
  if (word === 'localhost') return found(['127.0.0.1']);
  if (word.startsWith('unix:')) return failed(source, 'unix sockets are not served', 'give an IP address');
  if (isNetwork(word)) {
    const inside = known.filter((of) => inNetwork(of.address, word)).map((of) => of.address);
    return inside.length > 0 ? found(inside) : waiting(source, `no address of this machine is in ${word} yet`);
  }
  const port = /^(.*):(\d+)$/.exec(word);
  if (port?.[1] !== undefined && isIP(port[1].replace(/^\[(.*)\]$/, '$1')) !== 0) {
    return failed(source, 'an address to listen on has no port', `write "${port[1]}", and the port under ports`);
  }
  return interfaceAddress(word, source, known);
}

function interfaceAddress(name: string, source: string, known: readonly InterfaceAddress[]): ResolvedAddresses {
  if (!/^[A-Za-z0-9_.:@-]{1,32}$/.test(name)) {
    return failed(
      source,
      'this is no address',
      'write an IP address, an interface, a network like 10.0.0.0/8, or a template',
    );
  }
  const addresses = known.filter((of) => of.name === name);
  const usable = addresses.filter((of) => isForwardable(of) || of.loopback);
  const first = usable.find((of) => of.family === 4) ?? usable[0] ?? addresses[0];
  return first === undefined ? waiting(source, `there is no interface "${name}" yet`) : found([first.address]);
}

function found(addresses: readonly string[]): ResolvedAddresses {
  return { addresses, pending: [], errors: [] };
}

function waiting(source: string, reason: string): ResolvedAddresses {
  return { addresses: [], pending: [{ source, reason }], errors: [] };
}

function failed(source: string, reason: string, remedy?: string): ResolvedAddresses {
  return { addresses: [], pending: [], errors: [{ source, reason, remedy }] };
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' and ');
}
