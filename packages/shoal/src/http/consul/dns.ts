import { json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { requireName } from './params.ts';

/** What Shoal's own tools ask of an agent's DNS; Consul has no such endpoint. */
export type DnsFacts = {
  readonly addresses: () => readonly { readonly host: string; readonly port: number }[];
  readonly domain: string;
  readonly altDomains: readonly string[];
  readonly recursors: readonly string[];
  readonly fallthrough: boolean;
  readonly explain: (
    name: string,
    type: string,
  ) => Promise<{
    readonly steps: readonly string[];
    readonly rcode: string | undefined;
    readonly answers: readonly string[];
  }>;
};

export function dnsEndpoints(dns: DnsFacts | undefined): Endpoint[] {
  if (!dns) return [];
  return [
    {
      path: '/v1/agent/dns',
      methods: {
        GET: () =>
          json({
            Addresses: dns.addresses().map(({ host, port }) => ({ Address: host, Port: port })),
            Domains: [dns.domain, ...dns.altDomains],
            Recursors: dns.recursors,
            Fallthrough: dns.fallthrough,
          }),
      },
    },
    {
      path: '/v1/agent/dns/explain',
      methods: {
        async GET({ query }) {
          const name = requireName(query.get('name')?.replace(/\.$/, ''), 'Missing name');
          const { steps, rcode, answers } = await dns.explain(name, query.get('type') || 'A');
          return json({ Steps: steps, Rcode: rcode ?? null, Answers: answers });
        },
      },
    },
  ];
}
