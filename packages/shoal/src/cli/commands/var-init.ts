import { defineCommand } from '../command.ts';
import { EXAMPLE_HCL, EXAMPLE_JSON } from '../variables/example.ts';
import { outputForm } from '../variables/show.ts';
import { writeNew } from '../write-new.ts';

export const command = defineCommand({
  usage: '[flags] [FILE]',
  description:
    'Writes an example of a variable, to spec.nv.hcl (spec.nv.json with -out=json) or the file that is named.',
  args: [0, 1],
  flags: { out: { kind: 'text', value: 'FORMAT', help: 'hcl (default) or json' } },
  examples: ['var init', 'var init -out=json secrets.nv.json'],
  async run({ flags, args, io, program }) {
    const form = outputForm(flags.out, ['hcl', 'json'], 'hcl');
    const path = args[0] ?? `spec.nv.${form}`;
    await writeNew(path, form === 'hcl' ? EXAMPLE_HCL : EXAMPLE_JSON);
    io.out(`Example variable specification written to ${path}\n`);
    io.out(io.paint.dim(`Write the variable with "${program} var put -in=${form} @${path}".\n`));
    return 0;
  },
});
