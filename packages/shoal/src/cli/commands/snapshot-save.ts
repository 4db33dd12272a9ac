import { createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { CommandError } from '../errors.ts';
import { readSnapshotFile } from '../snapshot-file.ts';

export const command = defineCommand({
  usage: '[flags] FILE',
  description: `Saves all of the state as it is at one moment. The file is checked, and then put in its place. Consul's tools can look into it, and restore
from it what is theirs.`,
  args: [1, 1],
  flags: { ...CONSUL_FLAGS },
  examples: ['snapshot save backup.snap'],
  async run({ flags, args, io, env }) {
    const [file = ''] = args;
    const folder = dirname(resolve(file));
    const found = await stat(folder).catch(() => undefined);
    if (!found?.isDirectory()) throw new CommandError(`cannot write ${file}: there is no folder ${folder}`);
    const stream = await connectConsulHttp(flags, env).stream('/v1/snapshot');
    await pipeline(stream, createWriteStream(`${file}.unverified`, { mode: 0o600 }));
    const { header } = await readSnapshotFile(`${file}.unverified`);
    await rename(`${file}.unverified`, file);
    io.out(`Saved and verified snapshot to index ${header.index} (${(await stat(file)).size} bytes)\n`);
    return 0;
  },
});
