import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { agentDns, askable } from '../dns/agent-dns.ts';
import { present, undoSetup, writeSetup } from '../dns/setup-files.ts';
import { likelySetup, SETUPS, type Setup, type SetupPlace } from '../dns/setups.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../output/json.ts';

export const command = defineCommand({
  usage: '[flags] [PROGRAM]',
  description: `Shows what this machine needs so that its programs find names of the cluster, for the program that resolves names here or the one that is named:
${SETUPS.map(({ name }) => name).join(', ')}. On a terminal it asks whether to write it; -yes writes at once, and -undo
puts back what was there before.`,
  args: [0, 1],
  flags: {
    yes: { kind: 'bool', help: 'Write the file without asking' },
    undo: { kind: 'bool', help: 'Put back what was there before' },
    address: { kind: 'text', value: 'IP', help: "Where the agent's DNS is asked; default: where it listens" },
    root: { kind: 'text', value: 'DIR', help: 'Take DIR for /, as for the image of another machine' },
    all: { kind: 'bool', help: 'Show the files of all programs' },
    json: { kind: 'bool', help: 'Print JSON' },
    ...CONSUL_FLAGS,
  },
  examples: ['dns setup', 'dns setup unbound', 'dns setup -yes systemd-resolved', 'dns setup -undo systemd-resolved'],
  async run({ flags: { yes, undo, address, root = '/', all, json, ...flags }, args, io, env }) {
    const setup = args[0] === undefined ? likelySetup(await machine(root)) : named(args[0]);
    if (undo) return undone(setup, root, io);
    const dns = await agentDns(connectConsulHttp(flags, env));
    if (!dns) throw new CommandError("the agent's DNS is turned off: set ports { dns = 8600 } in its configuration");
    const place = placeOf(dns.Domains, dns.Addresses, address);
    const files = await Promise.all((all ? SETUPS : [setup]).map((one) => fileOf(one, place, root)));
    if (json) io.out(jsonText(files));
    else io.out(files.map(shown).join('\n'));
    if (all) return 0;
    const [file] = files;
    const problem = setup.problem?.(place);
    if (problem !== undefined) throw new CommandError(problem);
    if (file?.Path === undefined) return 0;
    const agreed = yes || (!json && /^y(es)?$/i.test((await io.ask(`\nWrite ${file.Path}? [y/N] `)) ?? ''));
    if (!agreed) return 0;
    await mustBeInside(file.Path, root);
    await writeSetup(file.Path, file.Content).catch((error: Error) => {
      throw new CommandError(`${file.Path} cannot be written: ${error.message}; writing it mostly needs root`);
    });
    if (!json) io.out(`\nWrote ${file.Path}. To make it count: ${setup.activate}\n`);
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

async function machine(root: string) {
  const resolvConf = await realpath(join(root, '/etc/resolv.conf')).catch(() => '');
  return { resolvConf, exists: (path: string) => existsSync(join(root, path)) };
}

/** A file as it should be. */
type SetupFile = {
  readonly Program: string;
  readonly About: string;
  readonly Path?: string;
  readonly Content: string;
  readonly Activate: string;
};

async function fileOf(setup: Setup, place: SetupPlace, root: string): Promise<SetupFile> {
  const path = setup.path === undefined ? undefined : join(root, setup.path);
  const Content = setup.content(place, path === undefined ? '' : await present(path));
  const file = { Program: setup.name, About: setup.about, Content, Activate: setup.activate };
  return path === undefined ? file : { ...file, Path: path };
}

function shown({ About, Path = 'Corefile', Content, Activate }: SetupFile): string {
  return `# ${About}\n# ${Path}\n${Content}# then: ${Activate}\n`;
}

/** A link in the image of a machine leads to a file of this one. */
async function mustBeInside(path: string, root: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const inside = await realpath(root);
  if (target === path || inside === '/' || target.startsWith(`${inside}/`)) return;
  throw new CommandError(`${path} is a link to ${target}, which is not below ${root}: make it a file first`);
}

async function undone(setup: Setup, root: string, io: Io): Promise<number> {
  if (setup.path === undefined) throw new CommandError(`${setup.name} has no file of ours`);
  const path = join(root, setup.path);
  await mustBeInside(path, root);
  const done = await undoSetup(path, setup.name !== 'resolv.conf');
  if (done === undefined) throw new CommandError(`${path} is as it was: there is nothing to undo`);
  const what = done === 'restored' ? 'is what it was before' : 'is gone';
  io.out(`${path} ${what}. To make it count: ${setup.activate}\n`);
  return 0;
}
