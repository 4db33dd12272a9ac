import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';

/** Settings that are names; scripts cut these lines. */
const TEXTS = new Set(['RedundancyZoneTag', 'UpgradeVersionTag']);

export const command = defineCommand({
  usage: '[flags]',
  description:
    "Shows the autopilot settings that are kept for Consul's tools. There is no raft here that they would steer.",
  args: [0, 0],
  flags: { ...CONSUL_FLAGS },
  examples: ['operator autopilot get-config'],
  async run({ flags, io, env }) {
    const http = connectConsulHttp(flags, env);
    const { value = {} } = await http.ask<Record<string, unknown>>('GET', '/v1/operator/autopilot/configuration');
    const shown = Object.entries(value).filter(([name]) => !name.endsWith('Index'));
    for (const [name, setting] of shown) io.out(`${name} = ${TEXTS.has(name) ? JSON.stringify(setting) : setting}\n`);
    return 0;
  },
});
