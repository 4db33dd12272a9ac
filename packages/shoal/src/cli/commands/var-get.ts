import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { outputForm, TEMPLATE_FLAG, VARIABLE_FORMS, variableText } from '../variables/show.ts';

export const command = defineCommand({
  usage: '[flags] PATH',
  description: 'Prints a variable, or one of its items. What it prints as json or hcl, "var put" takes.',
  args: [1, 1],
  flags: {
    item: { kind: 'text', value: 'KEY', help: 'Print the value of this item alone, without a line break' },
    out: {
      kind: 'text',
      value: 'FORMAT',
      help: 'As table, json, hcl, go-template or none; default: table on a terminal, else json',
    },
    ...TEMPLATE_FLAG,
    ...NOMAD_FLAGS,
  },
  examples: [
    'var get nomad/jobs/web',
    'var get -item=password app/db',
    "var get -out=go-template -template '{{ .Items.user }}' app/db",
  ],
  async run({ flags, args, io, env }) {
    const form = outputForm(flags.out, VARIABLE_FORMS, io.live ? 'table' : 'json');
    const [path = ''] = args;
    const { value } = await connectNomad(flags, env).variables.read(path);
    if (!value) throw new CommandError(`Variable not found: there is none at "${path}"`);
    if (flags.item === undefined) {
      io.out(await variableText(value, form, flags.template, io));
      return 0;
    }
    if (!Object.hasOwn(value.Items, flags.item)) {
      const known = Object.keys(value.Items).sort().join(', ') || 'none';
      throw new CommandError(`Variable does not contain "${flags.item}" item; it has: ${known}`);
    }
    io.out(value.Items[flags.item] as string);
    return 0;
  },
});
