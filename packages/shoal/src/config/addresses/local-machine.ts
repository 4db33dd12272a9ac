import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { defaultInterface } from './default-route.ts';
import type { Machine } from './resolve-address.ts';

/** This machine's addresses, as they are now. */
export function localMachine(): Machine {
  return { interfaces: networkInterfaces(), defaultInterface: defaultInterface(routes()) };
}

/** Only Linux tells; elsewhere no interface counts as the default one. */
function routes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8');
  } catch {
    return '';
  }
}
