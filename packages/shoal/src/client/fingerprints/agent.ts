import type { Fingerprint } from './fingerprint.ts';

/** What this agent stands in for: job files compare with the versions of Nomad and Consul. */
export const agentFingerprint: Fingerprint = {
  name: 'agent',
  periodic: false,
  async run({ config: { versions, httpAddr, datacenter, name, server, dns } }) {
    return {
      attributes: {
        'nomad.version': versions.nomad,
        'nomad.revision': versions.revision,
        'nomad.advertise.address': httpAddr,
        'consul.version': versions.consul,
        'consul.datacenter': datacenter,
        'consul.server': String(server),
        'unique.consul.name': name,
        ...(dns && { 'consul.dns.addr': dns.address, 'consul.dns.port': String(dns.port) }),
      },
    };
  },
};
