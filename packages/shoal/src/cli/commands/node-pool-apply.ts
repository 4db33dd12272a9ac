import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { readNodePool } from '../node-pools/spec.ts';
import { readText } from '../read-text.ts';

export const command = defineCommand({
  usage: '[flags] FILE|-',
  description: `Makes a node pool, or changes one, from a specification in HCL or JSON; "-" is the standard input. A pool need not be made before
nodes can be in it: that is for its description and metadata, and for jobs that are registered before their nodes are there.`,
  args: [1, 1],
  flags: { json: { kind: 'bool', help: 'The specification is JSON' }, ...NOMAD_FLAGS },
  examples: ['node pool apply prod.nomad.hcl', 'node pool apply -json - < prod.json'],
  async run({ flags, args, io, env }) {
    const [file = ''] = args;
    const text = file === '-' ? (await io.input()).toString('utf8') : await readText(file);
    const form = flags.json || file.endsWith('.json') ? 'json' : 'hcl';
    const pool = readNodePool(text, file === '-' ? 'standard input' : file, form, io);
    await connectNomad(flags, env).nodePools.put(pool);
    io.out(`Successfully applied node pool "${pool.Name}"!\n`);
    return 0;
  },
});
