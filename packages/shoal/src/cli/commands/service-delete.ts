import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';

export const command = defineCommand({
  usage: '[flags] SERVICE ID',
  description: `Deletes an instance of a service with provider = "nomad". Instances come and go with their tasks: it is not needed in the normal run of
things. The instance comes back when its task starts again.`,
  args: [2, 2],
  flags: NOMAD_FLAGS,
  examples: ['service delete web _nomad-task-a831f7f2-4c01-39dc-c742-f2b8ca178a49-group-web-web-http'],
  async run({ flags, args, io, env }) {
    const [name = '', id = ''] = args;
    await connectNomad(flags, env).services.delete(name, id);
    io.out('Successfully deleted service registration\n');
    return 0;
  },
});
