import type { NomadService } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { keyValue } from '../output/key-value.ts';
import { PAGE_FLAGS, pageAsked, tellNextPage } from '../output/page-flags.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags] SERVICE',
  description: 'Shows the instances of a service with provider = "nomad".',
  args: [1, 1],
  flags: {
    ...PAGE_FLAGS,
    filter: { ...PAGE_FLAGS.filter, help: 'Only those of which it is true, such as \'"blue" in Tags\'' },
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show all of each, with whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['service info web', 'service info -verbose web'],
  async run({ flags, args, io, env }) {
    const [name = ''] = args;
    const page = await connectNomad(flags, env).services.read(name, pageAsked(flags));
    const data = await asData(page.value, flags);
    if (data !== undefined) io.out(data);
    else if (page.value.length === 0) throw new CommandError(`there is no service "${name}" with provider = "nomad"`);
    else if (flags.verbose) io.out(page.value.map((one) => keyValue(io.paint, all(one))).join('\n'));
    else {
      const rows = page.value.map((one) => [
        one.JobID,
        addressOf(one),
        `[${one.Tags.join(',')}]`,
        shortId(one.NodeID, false),
        shortId(one.AllocID, false),
      ]);
      io.out(table(io.paint, ['Job ID', 'Address', 'Tags', 'Node ID', 'Alloc ID'], rows));
    }
    tellNextPage(page, io);
    return 0;
  },
});

function all(one: NomadService): [string, string][] {
  return [
    ['ID', one.ID],
    ['Service Name', one.ServiceName],
    ['Namespace', one.Namespace],
    ['Job ID', one.JobID],
    ['Alloc ID', one.AllocID],
    ['Node ID', one.NodeID],
    ['Datacenter', one.Datacenter],
    ['Address', addressOf(one)],
    ['Tags', `[${one.Tags.join(',')}]`],
  ];
}

function addressOf({ Address, Port }: NomadService): string {
  if (Port === 0) return Address;
  return Address.includes(':') ? `[${Address}]:${Port}` : `${Address}:${Port}`;
}
