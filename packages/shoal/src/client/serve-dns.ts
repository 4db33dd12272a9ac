/** Has the agent answer DNS on port 53 of an address of this machine. What tasks ask there, or why that cannot be. */
export type ServeDns = (address: string) => Promise<DnsServed>;
export type DnsServed = { readonly servers: readonly string[] } | { readonly reason: string };
