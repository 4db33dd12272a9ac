import { defineCommand } from '../command.ts';
import { NOMAD_FLAGS, nomadConnection } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import { jsonText } from '../output/json.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Prints what the agent that is asked has measured.',
  args: [0, 0],
  flags: {
    format: { kind: 'text', value: 'FORMAT', help: '"prometheus", or "json", which is the default' },
    json: { kind: 'bool', help: 'The same as -format json' },
    pretty: { kind: 'bool', help: 'JSON with lines' },
    ...NOMAD_FLAGS,
  },
  examples: ['operator metrics -pretty', 'operator metrics -format prometheus'],
  async run({ flags, io, env }) {
    const { address, token, fetch } = nomadConnection(flags, env);
    const format = flags.json ? 'json' : (flags.format ?? 'json');
    if (format !== 'json' && format !== 'prometheus')
      throw new UsageError(`-format is json or prometheus, not "${format}"`);
    const url = new URL('/v1/metrics', address);
    if (format === 'prometheus') url.searchParams.set('format', format);
    const answer = await fetch(url.href, { headers: token ? { 'x-nomad-token': token } : {} });
    const text = await answer.text();
    if (!answer.ok) throw new CommandError(`the API answered ${answer.status}: ${text.trim()}`);
    io.out(flags.pretty && format === 'json' ? jsonText(JSON.parse(text)) : `${text.trimEnd()}\n`);
    return 0;
  },
});
