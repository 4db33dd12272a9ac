import type { IssuedJoinToken, JoinToken, NomadClient } from '@shoal/api';
import { MILLISECOND, parseDuration } from '../../duration.ts';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { ago, span } from '../output/ago.ts';
import { jsonText } from '../output/json.ts';
import { table } from '../output/table.ts';

const DEFAULT_TTL = '24h';

export const command = defineCommand({
  usage: '[flags]',
  description: `Prints a new join token. An agent on another machine needs it at its first start: it proves to the servers that the agent
may come, and to the agent that the server is the right one. It has to be run on a server.

The token is shown once; the servers keep only a digest of it.`,
  args: [0, 0],
  flags: {
    ttl: { kind: 'text', value: 'TIME', help: `How long it can be used; default ${DEFAULT_TTL}, 0 for ever` },
    uses: { kind: 'number', value: 'COUNT', help: 'How many agents may join with it; default any number' },
    rotate: { kind: 'bool', help: 'Revoke all earlier ones' },
    list: { kind: 'bool', help: 'List the tokens that can be used' },
    revoke: { kind: 'text', value: 'ID', help: 'Revoke the token with this id' },
    json: { kind: 'bool', help: 'Print JSON' },
    ...NOMAD_FLAGS,
  },
  examples: ['server token', 'server token -ttl 1h -uses 1', 'server token -list', 'server token -revoke 5a1b2c3d'],
  async run({ flags, io, env, program }) {
    const nomad = connectNomad(flags, env);
    const { joinTokens } = nomad.agent;
    if (flags.list) {
      const tokens = await joinTokens.list();
      io.out(flags.json ? jsonText(tokens) : listed(tokens, io));
      return 0;
    }
    if (flags.revoke !== undefined) {
      await joinTokens.revoke(flags.revoke);
      io.out(`Revoked ${flags.revoke}\n`);
      return 0;
    }
    const limits = { ttlMs: milliseconds(flags.ttl ?? DEFAULT_TTL), uses: flags.uses ?? 0 };
    const issued = await issue(nomad, limits, flags.rotate === true);
    // The token alone where a program reads it.
    if (flags.json) io.out(jsonText(issued));
    else if (io.live) io.out(explained(issued, io, program));
    else io.out(`${issued.token}\n`);
    return 0;
  },
});

async function issue(
  { agent: { joinTokens } }: NomadClient,
  limits: { ttlMs: number; uses: number },
  rotate: boolean,
): Promise<IssuedJoinToken> {
  if (rotate) await joinTokens.revoke();
  return joinTokens.issue(limits);
}

function milliseconds(text: string): number {
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined || nanoseconds < 0)
    throw new UsageError(`-ttl ${JSON.stringify(text)} is no time: write for example 30m or 24h`);
  return nanoseconds / MILLISECOND;
}

function explained(
  { token, id, expires, usesLeft, servers, created }: IssuedJoinToken,
  io: Io,
  program: string,
): string {
  const life = expires === null ? 'for ever' : `for ${span(expires - created)}`;
  const uses = usesLeft === null ? '' : usesLeft === 1 ? ', for one agent' : `, for ${usesLeft} agents`;
  const join = servers.map((server) => `-retry-join=${server}`).join(' ');
  return `${token}

It can be used ${life}${uses}. On the other machine:

  ${io.paint.bold(`${program} agent -client ${join} -data-dir=/var/lib/shoal -join-token=…`)}

Revoke it with "${program} server token -revoke ${id}".
`;
}

function listed(tokens: readonly JoinToken[], io: Io): string {
  if (tokens.length === 0) return 'No join tokens\n';
  const rows = tokens.map(({ id, created, expires, usesLeft }) => [
    id,
    ago(io.now(), created * MILLISECOND),
    expires === null ? 'never' : expires <= io.now() ? 'expired' : `in ${span(expires - io.now())}`,
    usesLeft === null ? 'any number' : String(usesLeft),
  ]);
  return table(io.paint, ['ID', 'Created', 'Expires', 'Uses left'], rows);
}
