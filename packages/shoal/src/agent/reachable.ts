import type { AgentConfig } from '../config/agent-config.ts';

/** A wildcard address is listened on, but not dialled: the one that others are told. */
export function reachable(address: string, config: AgentConfig): string {
  return isWildcard(address) ? config.advertise.address : address;
}

/** The same, for this machine itself. */
export function dialled(address: string): string {
  return isWildcard(address) ? '127.0.0.1' : address;
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '';
}
