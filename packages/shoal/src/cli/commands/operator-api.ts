import { readFile } from 'node:fs/promises';
import { defineCommand } from '../command.ts';
import { NOMAD_FLAGS, nomadConnection } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';

export const command = defineCommand({
  usage: '[flags] PATH',
  description: `Sends a request to the API, with the address, token and certificates of this command line, and prints the answer as it
comes. PATH is as in the documentation of the API; the leading "/v1" may be left out.`,
  args: [1, 1],
  flags: {
    X: { kind: 'text', value: 'METHOD', help: 'GET, PUT, POST or DELETE; default GET, or PUT with -d' },
    d: { kind: 'text', value: 'BODY', help: 'What is sent: a text, "@FILE", or "-" for the standard input' },
    ...NOMAD_FLAGS,
  },
  examples: ['operator api /v1/jobs', 'operator api "allocations?per_page=2"', 'operator api -d @job.json jobs'],
  async run({ flags, args, io, env }) {
    const { address, token, region, namespace, fetch } = nomadConnection(flags, env);
    const body = flags.d === undefined ? undefined : await bodyOf(flags.d, io);
    const url = urlOf(args[0] ?? '', address);
    for (const [name, value] of Object.entries({ region, namespace }))
      if (value !== undefined && !url.searchParams.has(name)) url.searchParams.set(name, value);
    const answer = await fetch(url.href, {
      method: flags.X?.toUpperCase() ?? (body === undefined ? 'GET' : 'PUT'),
      headers: token ? { 'x-nomad-token': token } : {},
      ...(body !== undefined && { body }),
    });
    if (!answer.ok) throw new CommandError(`the API answered ${answer.status}: ${(await answer.text()).trim()}`);
    if (answer.body) await io.pour(answer.body);
    if (io.live) io.out('\n');
    return 0;
  },
});

function urlOf(path: string, address: string): URL {
  const whole = /^\/?v1\//.test(path) ? path : `v1/${path.replace(/^\//, '')}`;
  try {
    return new URL(whole.replace(/^\/?/, '/'), address);
  } catch {
    throw new UsageError(`"${path}" is no path of the API: write for example /v1/jobs`);
  }
}

async function bodyOf(given: string, io: Io): Promise<Uint8Array<ArrayBuffer>> {
  if (given === '-') return new Uint8Array(await io.input());
  if (!given.startsWith('@')) return new TextEncoder().encode(given);
  try {
    return new Uint8Array(await readFile(given.slice(1)));
  } catch (error) {
    throw new CommandError(`cannot read what is to be sent (-d ${given}): ${(error as Error).message}`);
  }
}
