import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { CommandError } from '../errors.ts';
import { jsonText } from '../output/json.ts';
import { paintStatus } from '../output/paint.ts';
import { table } from '../output/table.ts';
import { instanceAddress, instanceStatus } from '../show/service-health.ts';

export const command = defineCommand({
  usage: '[flags] SERVICE',
  description: 'Shows the instances of a service: where they are, how they do, and what failing checks say.',
  args: [1, 1],
  flags: { json: { kind: 'bool', help: 'Print JSON' }, ...CONSUL_FLAGS },
  examples: ['service info web'],
  async run({ flags, args, io, env }) {
    const name = args[0] ?? '';
    const { value } = await connectConsul(flags, env).healthService(name);
    if (value.length === 0) throw new CommandError(`there is no service "${name}"`);
    if (flags.json) {
      io.out(jsonText(value));
      return 0;
    }
    const rows = value.map((entry) => [
      instanceAddress(entry),
      entry.Node.Node,
      paintStatus(io.paint, instanceStatus(entry)),
      entry.Service.Tags.join(','),
      entry.Service.ID,
    ]);
    io.out(table(io.paint, ['Address', 'Node', 'Status', 'Tags', 'ID'], rows));
    const failing = value.flatMap((entry) => entry.Checks.filter(({ Status }) => Status !== 'passing'));
    for (const check of failing)
      io.out(
        `\n${paintStatus(io.paint, check.Status)}: ${check.Name}${check.ServiceID ? ` of ${check.ServiceID}` : ` of node ${check.Node}`}\n  ${check.Output.trim().replaceAll('\n', '\n  ')}\n`,
      );
    return 0;
  },
});
