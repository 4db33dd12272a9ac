import { describeConfig } from '../../config/describe.ts';
import { loadConfig, systemEnvironment } from '../../config/load.ts';
import { frames } from '../agent/run-agent.ts';
import { defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import { keyValue } from '../output/key-value.ts';
import { diagnosticsJson } from '../show/diagnostics-json.ts';

export const command = defineCommand({
  usage: '[flags] PATH…',
  description: `Reads configuration files and folders as an agent would, and prints everything that is wrong with them at
once, or what they come to. Ends with 1 if there is an error.`,
  args: [1, Number.POSITIVE_INFINITY],
  flags: {
    json: { kind: 'bool', help: 'Print what is wrong as JSON' },
    quiet: { kind: 'bool', help: 'Print only what is wrong' },
    'config-format': { kind: 'text', help: 'Taken for Consul: each file says itself what it is', hidden: true },
  },
  examples: ['config validate /etc/shoal', 'config validate -json /etc/shoal', 'config validate consul.hcl nomad.hcl'],
  async run({ flags, args, io }) {
    const format = flags['config-format'];
    if (format !== undefined && format !== 'hcl' && format !== 'json')
      throw new UsageError(`flag -config-format is hcl or json, not "${format}"`);
    const loaded = await loadConfig({ paths: args, env: await systemEnvironment() });
    if (flags.json) {
      io.out(diagnosticsJson(loaded.diagnostics, loaded.sources));
      return loaded.config ? 0 : 1;
    }
    const errors = frames(loaded, io, 'error');
    const warnings = frames(loaded, io, 'warning');
    if (errors || warnings) io.err(`${[errors, warnings].filter(Boolean).join('\n')}\n`);
    const count = loaded.diagnostics.filter(({ severity }) => severity === 'error').length;
    if (!loaded.config) {
      io.err(`${io.paintErr.red(`${count} error${count === 1 ? '' : 's'}`)}: an agent would not start with this.\n`);
      return 1;
    }
    if (flags.quiet) return 0;
    io.out(keyValue(io.paint, describeConfig(loaded.config, loaded.dialects)));
    io.out(`\n${io.paint.green('Configuration is valid!')}\n`);
    return 0;
  },
});
