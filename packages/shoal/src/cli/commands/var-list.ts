import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { jsonText } from '../output/json.ts';
import { PAGE_FLAGS, pageAsked, tellNextPage } from '../output/page-flags.ts';
import { table } from '../output/table.ts';
import { byTemplate, outputForm, TEMPLATE_FLAG, timeText } from '../variables/show.ts';

export const command = defineCommand({
  usage: '[flags] [PREFIX]',
  description: 'Lists variables by their paths, without their items.',
  args: [0, 1],
  flags: {
    ...PAGE_FLAGS,
    filter: { ...PAGE_FLAGS.filter, help: 'Only those of which it is true, such as \'Path matches "/db$"\'' },
    out: {
      kind: 'text',
      value: 'FORMAT',
      help: 'As table, json, terse (paths alone) or go-template; default: table on a terminal, else json',
    },
    ...TEMPLATE_FLAG,
    ...NOMAD_FLAGS,
  },
  examples: ['var list nomad/jobs', "var list -namespace '*' -out=table", 'var list -out=terse -per-page 20'],
  async run({ flags, args, io, env }) {
    const form = outputForm(flags.out, ['table', 'json', 'terse', 'go-template'], io.live ? 'table' : 'json');
    const [prefix] = args;
    const nomad = connectNomad(flags, env);
    const page = await nomad.variables.list({ ...pageAsked(flags), ...(prefix !== undefined && { prefix }) });
    const { value: found, index, nextToken } = page;
    if (form === 'json') {
      // In pages the list stands beside the token of the next one.
      const meta = { KnownLeader: true, LastContact: 0, LastIndex: index, NextToken: nextToken ?? '' };
      io.out(jsonText(flags['per-page'] === undefined ? found : { Data: found, QueryMeta: meta }));
      return 0;
    }
    if (form === 'go-template') io.out(await byTemplate(flags.template, found));
    else if (form === 'terse') io.out(found.map(({ Path }) => `${Path}\n`).join(''));
    else if (found.length === 0) io.err(`No variables found${prefix === undefined ? '' : ` at "${prefix}"`}\n`);
    else {
      const rows = found.map((one) => [one.Namespace, one.Path, timeText(one.ModifyTime)]);
      io.out(table(io.paint, ['Namespace', 'Path', 'Last Updated'], rows));
    }
    tellNextPage(page, io);
    return 0;
  },
});
