import { defineCommand } from '../command.ts';
import { EXAMPLE_HCL, EXAMPLE_JSON } from '../node-pools/example.ts';
import { outputForm } from '../variables/show.ts';
import { writeNew } from '../write-new.ts';

export const command = defineCommand({
  usage: '[flags] [FILE]',
  description:
    'Writes an example of a node pool, to pool.nomad.hcl (pool.nomad.json with -out=json) or the file that is named.',
  args: [0, 1],
  flags: {
    out: { kind: 'text', value: 'FORMAT', help: 'hcl (default) or json' },
    quiet: { kind: 'bool', help: 'Say nothing when it is written' },
  },
  examples: ['node pool init', 'node pool init -out=json prod.json'],
  async run({ flags, args, io, program }) {
    const form = outputForm(flags.out, ['hcl', 'json'], 'hcl');
    const path = args[0] ?? `pool.nomad.${form}`;
    await writeNew(path, form === 'hcl' ? EXAMPLE_HCL : EXAMPLE_JSON);
    if (flags.quiet) return 0;
    io.out(`Example node pool specification written to ${path}\n`);
    io.out(io.paint.dim(`Make the pool with "${program} node pool apply ${path}".\n`));
    return 0;
  },
});
