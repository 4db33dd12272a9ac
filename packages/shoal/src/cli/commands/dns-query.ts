import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { jsonText } from '../output/json.ts';

type Explained = { Steps: string[]; Rcode: string | null; Answers: string[] };

export const command = defineCommand({
  usage: '[flags] NAME [TYPE]',
  description: `Shows what an agent's DNS answers to a name, and how the answer comes about: what the name means, which instances there are, which of them are left
out and why, and whom else is asked. TYPE is A unless it is given; SRV, ANY, TXT and others are taken.`,
  args: [1, 2],
  flags: { json: { kind: 'bool', help: 'Print JSON' }, ...CONSUL_FLAGS },
  examples: ['dns query web.service.consul', 'dns query web.service.consul SRV'],
  async run({ flags, args, io, env }) {
    const [name = '', type = 'A'] = args;
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
