import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { agentDns, askable } from '../dns/agent-dns.ts';
import { likelySetup, SETUPS, type Setup, type SetupPlace } from '../dns/setups.ts';
import { CommandError, UsageError } from '../errors.ts';

export const command = defineCommand({
  usage: '[flags] [PROGRAM]',
  description: `Shows what this machine needs so that its programs find names of the cluster, for the program that resolves names here or the one that is named:
${SETUPS.map(({ name }) => name).join(', ')}. On a terminal it asks whether to write it; -yes writes at once.`,
  args: [0, 1],
  flags: {
    yes: { kind: 'bool', help: 'Write the file without asking' },
    address: { kind: 'text', value: 'IP', help: "Where the agent's DNS is asked; default: where it listens" },
    all: { kind: 'bool', help: 'Show the files of all programs' },
    ...CONSUL_FLAGS,
  },
  examples: ['dns setup', 'dns setup unbound', 'dns setup -yes systemd-resolved'],
  async run({ flags: { yes, address, all, ...flags }, args, io, env }) {
    const dns = await agentDns(connectConsulHttp(flags, env));
    if (!dns) throw new CommandError("the agent's DNS is turned off: set ports { dns = 8600 } in its configuration");
    const place = placeOf(dns.Domains, dns.Addresses, address);
    if (all) {
      for (const setup of SETUPS) io.out(`${await shown(setup, place)}\n`);
      return 0;
    }
    const setup = args[0] === undefined ? likelySetup(await machine()) : named(args[0]);
    io.out(await shown(setup, place));
    const problem = setup.problem?.(place);
    if (problem !== undefined) throw new CommandError(problem);
    if (setup.path === undefined) return 0;
    const agreed = yes || /^y(es)?$/i.test((await io.ask(`\nWrite ${setup.path}? [y/N] `)) ?? '');
    if (!agreed) return 0;
    await write(setup.path, setup.content(place, await present(setup.path)));
    io.out(`\nWrote ${setup.path}. To make it count: ${setup.activate}\n`);
    return 0;
  },
});

function placeOf(
  domains: readonly string[],
  addresses: readonly { readonly Address: string; readonly Port: number }[],
  wanted: string | undefined,
): SetupPlace {
  const sorted = [...addresses].sort((a, b) => Number(b.Port === 53) - Number(a.Port === 53));
  const found = sorted.find(({ Address }) => wanted === undefined || askable(Address) === wanted) ?? sorted[0];
  if (!found) throw new CommandError("the agent's DNS listens nowhere now");
  return { domains, address: wanted ?? askable(found.Address), port: found.Port };
}

function named(name: string): Setup {
  const setup = SETUPS.find((one) => one.name === name);
  if (setup) return setup;
  const known = SETUPS.map((one) => one.name);
  throw new UsageError(`there is no setup for "${name}"`, { unknown: { word: name, known, prefix: '' } });
}

async function machine() {
  const resolvConf = await realpath('/etc/resolv.conf').catch(() => '');
  return { resolvConf, exists: existsSync };
}

async function shown(setup: Setup, place: SetupPlace): Promise<string> {
  const before = setup.path === undefined ? '' : await present(setup.path);
  return `# ${setup.about}\n# ${setup.path ?? 'Corefile'}\n${setup.content(place, before)}# then: ${setup.activate}\n`;
}

async function present(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** What was there stays beside it. */
async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const before = await present(path);
  if (before !== '' && before !== content) await writeFile(`${path}.before-shoal`, before);
  const target = await realpath(path).catch(() => path);
  await writeFile(`${target}.new`, content);
  await rename(`${target}.new`, target);
}
