import type { ConsulHttp } from '@shoal/api';

/** What an agent says of its DNS. */
export type AgentDns = {
  readonly Addresses: readonly { readonly Address: string; readonly Port: number }[];
  readonly Domains: readonly string[];
  readonly Recursors: readonly string[];
  readonly Fallthrough: boolean;
};

/** Undefined when DNS is turned off. */
export async function agentDns(http: ConsulHttp): Promise<AgentDns | undefined> {
  return (await http.ask<AgentDns>('GET', '/v1/agent/dns', { missing: true })).value;
}

/** A wildcard address is listened on, but not asked. */
export function askable(address: string): string {
  return address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
}
