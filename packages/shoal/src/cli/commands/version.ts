import { CONSUL_API_VERSION, NOMAD_API_VERSION, VERSION } from '../../version.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  usage: '',
  description: 'Prints the version, and the versions of the APIs that it speaks.',
  args: [0, 0],
  flags: {},
  examples: ['version'],
  async run({ io }) {
    io.out(`Shoal v${VERSION} (speaks the APIs of Nomad v${NOMAD_API_VERSION} and Consul v${CONSUL_API_VERSION})\n`);
    return 0;
  },
});
