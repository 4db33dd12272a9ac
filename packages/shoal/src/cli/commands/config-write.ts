import { plainObject, readDocument } from '../../config/document.ts';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { CommandError, UsageError } from '../errors.ts';
import { readText } from '../read-text.ts';

export const command = defineCommand({
  usage: '[flags] FILE',
  description: `Writes an entry of Consul's central configuration from a file in HCL or JSON; "-" is the standard input. Entries are kept and served,
and nothing here goes by them: there is no mesh.`,
  args: [1, 1],
  flags: {
    cas: { kind: 'bool', help: 'Only if the entry is as -modify-index says' },
    'modify-index': { kind: 'number', help: 'Index for -cas; 0: only if it is new' },
    ...CONSUL_FLAGS,
  },
  examples: ['config write web.service.hcl', 'config write -cas -modify-index=12 web.json'],
  async run({ flags: { cas, 'modify-index': index, ...flags }, args, io, env }) {
    if ((cas === true) !== (index !== undefined)) throw new UsageError('-cas and -modify-index go together');
    const [file = ''] = args;
    const text = file === '-' ? (await io.input()).toString('utf8') : await readText(file);
    const entry = entryOf(text, file);
    const query = cas ? { cas: index } : {};
    const http = connectConsulHttp(flags, env);
    const { value } = await http.ask<boolean>('PUT', '/v1/config', { query, body: JSON.stringify(entry.body) });
    if (value !== true) throw new CommandError(`Config entry not updated: ${entry.label} is not at index ${index}`);
    io.out(`Config entry written: ${entry.label}\n`);
    return 0;
  },
});

function entryOf(text: string, file: string): { body: Record<string, unknown>; label: string } {
  const { root, diagnostics } = readDocument(text, file);
  const [wrong] = diagnostics.filter(({ severity }) => severity === 'error');
  if (wrong) throw new CommandError(`${file}: ${wrong.summary}`);
  const body = plainObject(root);
  const field = (name: string) => String(body[name] ?? body[name.toLowerCase()] ?? '');
  if (field('Kind') === '') throw new CommandError(`${file}: an entry needs Kind, such as "service-defaults"`);
  return { body, label: `${field('Kind')}/${field('Name')}` };
}
