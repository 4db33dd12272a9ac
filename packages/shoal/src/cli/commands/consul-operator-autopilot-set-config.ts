import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { CommandError } from '../errors.ts';
import type { FlagSpecs } from '../flags.ts';

const SETTINGS = {
  'cleanup-dead-servers': { kind: 'bool', help: 'Forget servers that are gone when new ones come' },
  'last-contact-threshold': { kind: 'text', value: 'DURATION', help: 'How long a healthy server may be silent' },
  'max-trailing-logs': { kind: 'number', value: 'N', help: 'How far a healthy server may be behind' },
  'min-quorum': { kind: 'number', value: 'N', help: 'Servers that are never forgotten' },
  'server-stabilization-time': { kind: 'text', value: 'DURATION', help: 'How long a new server must be healthy' },
  'redundancy-zone-tag': { kind: 'text', value: 'NAME', help: 'Kept; as with Consul Enterprise' },
  'disable-upgrade-migration': { kind: 'bool', help: 'Kept; as with Consul Enterprise' },
  'upgrade-version-tag': { kind: 'text', value: 'NAME', help: 'Kept; as with Consul Enterprise' },
} as const satisfies FlagSpecs;

export const command = defineCommand({
  usage: '[flags]',
  description:
    "Changes autopilot settings that are kept for Consul's tools. There is no raft here that they would steer. What is not given stays.",
  args: [0, 0],
  flags: { ...SETTINGS, ...CONSUL_FLAGS },
  examples: ['operator autopilot set-config -cleanup-dead-servers=false'],
  async run({ flags, io, env }) {
    const http = connectConsulHttp(flags, env);
    const path = '/v1/operator/autopilot/configuration';
    const { value: current } = await http.ask<Record<string, unknown>>('GET', path);
    const given = Object.keys(SETTINGS).flatMap((name) => {
      const value = flags[name as keyof typeof SETTINGS];
      return value === undefined ? [] : [[fieldOf(name), value]];
    });
    const body = JSON.stringify({ ...current, ...Object.fromEntries(given) });
    const query = { cas: Number(current?.['ModifyIndex'] ?? 0) };
    const { value: written } = await http.ask<boolean>('PUT', path, { query, body });
    if (written !== true) throw new CommandError('Configuration could not be atomically updated, please try again');
    io.out('Configuration updated!\n');
    return 0;
  },
});

/** `min-quorum` is `MinQuorum`. */
function fieldOf(flag: string): string {
  return flag.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
