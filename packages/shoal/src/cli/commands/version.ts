import { CONSUL_API_VERSION, NOMAD_API_VERSION, VERSION } from '../../version.ts';
import { defineCommand } from '../command.ts';
import { UsageError } from '../errors.ts';
import { jsonText } from '../output/json.ts';

export const command = defineCommand({
  usage: '',
  description: 'Prints the version, and the versions of the APIs that it speaks.',
  args: [0, 0],
  flags: { format: { kind: 'text', value: 'FORMAT', help: 'pretty or json; default pretty' } },
  examples: ['version', 'version -format=json'],
  async run({ flags: { format = 'pretty' }, io }) {
    if (format === 'json') {
      io.out(jsonText({ Version: VERSION, Nomad: NOMAD_API_VERSION, Consul: CONSUL_API_VERSION }));
      return 0;
    }
    if (format !== 'pretty') throw new UsageError(`-format is pretty or json, not "${format}"`);
    io.out(`Shoal v${VERSION} (speaks the APIs of Nomad v${NOMAD_API_VERSION} and Consul v${CONSUL_API_VERSION})\n`);
    return 0;
  },
});
