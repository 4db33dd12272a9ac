import type { Variable } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import { describedVariable } from '../variables/arguments.ts';
import { outputForm, TEMPLATE_FLAG, VARIABLE_FORMS, variableText } from '../variables/show.ts';

export const command = defineCommand({
  usage: '[flags] [PATH] [@FILE|-] [KEY=VALUE…]',
  description: `Writes a variable: its items become those that are given. They stand on the command line, in a specification (@FILE, or "-" for
the standard input; HCL or JSON), or in both; then those of the command line count. A VALUE may be @FILE or "-", too.

Whoever read the variable before, and writes back what has changed, does not overwrite others: a specification with a modify index, as "var get"
prints it, is only written while the variable still has that index.`,
  args: [1, Number.POSITIVE_INFINITY],
  flags: {
    'check-index': { kind: 'number', help: 'Only if the variable has this index; 0: only if it is new' },
    force: { kind: 'bool', help: 'Write whatever the index of the specification says' },
    in: { kind: 'text', value: 'FORMAT', help: 'Of a specification without a telling name: json (default) or hcl' },
    out: {
      kind: 'text',
      value: 'FORMAT',
      help: 'Print it as table, json, hcl, go-template or none; default: none on a terminal, else json',
    },
    ...TEMPLATE_FLAG,
    verbose: { kind: 'bool', help: 'Tell on the standard error what is done' },
    ...NOMAD_FLAGS,
  },
  examples: [
    'var put nomad/jobs/web user=me password=@password.txt',
    'var put @spec.nv.hcl',
    'var put -check-index=0 app/db @spec.nv.json',
    'var get app/db | shoal var put - user=dba',
  ],
  async run({ flags, args, io, env }) {
    const form = outputForm(flags.out, VARIABLE_FORMS, io.live ? 'none' : 'json');
    const format = outputForm(flags.in, ['json', 'hcl'], 'json');
    if (flags.force && flags['check-index'] !== undefined)
      throw new UsageError('-force and -check-index contradict each other');
    const { namespace, path, items, modifyIndex } = await describedVariable(args, { io, format });
    if (Object.keys(items).length === 0)
      throw new UsageError('there are no items: write KEY=VALUE, or name a specification with items as @FILE');
    const checkIndex = flags.force ? undefined : (flags['check-index'] ?? (modifyIndex || undefined));
    if (flags.verbose) io.err(`Writing to path "${path}"${checkIndex === undefined ? '' : ` at ${checkIndex}`}\n`);
    const place = flags.namespace || env[NOMAD_FLAGS.namespace.env] || namespace;
    const result = await connectNomad(flags, env).variables.put(
      { Path: path, Items: items, ...(place && { Namespace: place }) },
      checkIndex === undefined ? {} : { checkIndex },
    );
    if (result.kind === 'conflict') throw new CommandError(conflictText(result.variable, checkIndex));
    const { variable } = result;
    const verb = variable.CreateIndex === variable.ModifyIndex ? 'created' : 'updated';
    const said = `Successfully ${verb} variable "${path}"!\n`;
    if (form === 'table' || form === 'none') io.out(said);
    else if (flags.verbose) io.err(said);
    io.out(await variableText(variable, form, flags.template, io));
    return 0;
  },
});

function conflictText({ Path, ModifyIndex, Lock }: Variable, checkIndex: number | undefined): string {
  if (Lock && checkIndex === undefined) return `Variable "${Path}" is locked: only who holds the lock may write it`;
  const now = ModifyIndex === 0 ? 'there is no such variable' : `it is at ${ModifyIndex} now`;
  return `Variable "${Path}" was not written: it was to be at index ${checkIndex}, and ${now}. Read it again, or write with -force.`;
}
