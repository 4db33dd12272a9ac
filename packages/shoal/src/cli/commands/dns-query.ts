import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';
import { jsonText } from '../output/json.ts';

/** Those that are answered, and others that people ask for: a name that exists has none of them. */
const TYPES = [
  ...['A', 'AAAA', 'SRV', 'ANY', 'TXT', 'CNAME', 'PTR', 'SOA', 'NS', 'AXFR'],
  ...['CAA', 'DNSKEY', 'DS', 'HINFO', 'HTTPS', 'MX', 'NAPTR', 'NSEC', 'RRSIG', 'SSHFP', 'SVCB', 'TLSA'],
];

type Explained = { Steps: string[]; Rcode: string | null; Answers: string[] };

export const command = defineCommand({
  usage: '[flags] NAME [TYPE]',
  description: `Shows what an agent's DNS answers to a name, and how the answer comes about: what the name means, which instances there are, which of them are left
out and why, and whom else is asked. TYPE is A unless it is given; SRV, ANY, TXT and others are taken.`,
  args: [1, 2],
  flags: { json: { kind: 'bool', help: 'Print JSON' }, ...CONSUL_FLAGS },
  examples: ['dns query web.service.consul', 'dns query web.service.consul SRV'],
  async run({ flags, args, io, env }) {
    const [name = '', given = 'A'] = args;
    const type = given.toUpperCase();
    if (!TYPES.includes(type))
      throw new UsageError(`there is no record type "${given}"`, { unknown: { word: type, known: TYPES, prefix: '' } });
    const http = connectConsulHttp(flags, env);
    const { value } = await http.ask<Explained>('GET', '/v1/agent/dns/explain', { query: { name, type } });
    if (flags.json || !value) {
      io.out(jsonText(value));
      return 0;
    }
    for (const step of value.Steps) io.out(`${step}\n`);
    io.out('\n');
    if (value.Rcode !== null) io.out(`${io.paint.bold(value.Rcode)}\n`);
    for (const answer of value.Answers) io.out(`${answer}\n`);
    return value.Rcode === null || value.Rcode === 'NOERROR' ? 0 : 1;
  },
});
