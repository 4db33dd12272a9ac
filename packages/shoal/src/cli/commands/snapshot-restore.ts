import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { readBytes } from '../read-text.ts';

export const command = defineCommand({
  usage: '[flags] FILE',
  description: `Makes catalog, keys, sessions, prepared queries and configuration entries what they were when the snapshot was saved, and so are the variables that
are in it, which need the keyring's file that they were encrypted with. Jobs that are
gone come back and are placed anew; those that are there are left as they are, and so is what live agents say of themselves.
Snapshots of Consul's are taken, too.`,
  args: [1, 1],
  flags: { ...CONSUL_FLAGS },
  examples: ['snapshot restore backup.snap'],
  async run({ flags, args, io, env }) {
    const body = new Uint8Array(await readBytes(args[0] ?? ''));
    await connectConsulHttp(flags, env).ask('PUT', '/v1/snapshot', { body });
    io.out('Restored snapshot\n');
    return 0;
  },
});
