import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConsulClient, createConsulClient, createNomadClient, type JobBody, type NomadClient } from '@shoal/api';
import { PROGRAM } from './agent.ts';
import { type Ask, questionBytes, type ShownAnswer, shownAnswer } from './dns-message.ts';
import { processesNamed, processesWith } from './processes.ts';
import { until } from './until.ts';

/** Machines of a test: network namespaces on a bridge, each with one agent. The test speaks to each over a line that no cut of the network touches. */
export type Hosts = {
  readonly network: Network;
  /** For files of the test; all hosts see it. */
  readonly folder: string;
  /** Takes the host off the common network: nothing gets in or out, and nobody is told. */
  cut(host: string): void;
  join(host: string): void;
  /** Of that host, below `folder`. */
  folderOf(host: string): Promise<string>;
  /** Prepares an agent on that host; it does not run yet. With `mounts` it shares the machine's, and not only sees those there were at its start. */
  agent(host: string, config: string, options?: { mounts: 'shared' }): Promise<HostAgent>;
  /** Living processes of a job's tasks on that host. */
  tasks(host: string, job: string): number[];
  /** A command of the program on a host, in a folder. */
  command(host: string, words: readonly string[], cwd: string): Promise<Ended>;
  /** Ends all processes, and takes the network down. */
  dispose(): Promise<void>;
};

export type HostAgent = {
  readonly name: string;
  /** On the common network. */
  readonly address: string;
  readonly dataDir: string;
  readonly nomad: NomadClient;
  readonly consul: ConsulClient;
  log(): string;
  /** Resolves when its APIs answer. */
  start(env?: Readonly<Record<string, string>>): Promise<void>;
  /** Starts it, and resolves with the exit code and what it printed. */
  startInVain(env?: Readonly<Record<string, string>>, flags?: readonly string[]): Promise<Ended>;
  end(signal: NodeJS.Signals): Promise<number | null>;
  dns(ask: Ask): Promise<ShownAnswer>;
  get(path: string, port?: number): Promise<Response>;
  run(source: string): Promise<string>;
  /** A command of the program, run on that host. */
  command(...words: string[]): Promise<Ended>;
  pid(): number;
};

type Ended = { code: number | null; printed: string };

type Network = {
  readonly gateway: string;
  readonly names: readonly string[];
  host(name: string): { readonly address: string; readonly control: string; readonly port: string };
  readonly switch: { readonly bridge: string; command(argv: readonly string[]): string[] };
  command(name: string, argv: readonly string[]): string[];
  entering(name: string, argv: readonly string[]): string[];
  cutting(name: string): string[];
  joining(name: string): string[];
  remove(): void;
};

const MODULE = fileURLToPath(new URL('../../../../examples/two-hosts/hosts.mjs', import.meta.url));
const MARK = 'SHOAL_TEST_HOST';
const READY_MS = 30_000;
const END_MS = 30_000;
const DNS_MS = 3_000;

export async function makeHosts(names: readonly string[]): Promise<Hosts> {
  const { makeNetwork, whatIsMissing } = (await import(MODULE)) as {
    makeNetwork(names: readonly string[]): Network;
    whatIsMissing(): string | undefined;
  };
  const missing = whatIsMissing();
  if (missing !== undefined) throw new Error(`this test makes hosts out of network namespaces, and ${missing}`);
  const network = makeNetwork(names);
  const folder = await mkdtemp(join(tmpdir(), 'shoal-hosts-'));
  const mark = randomUUID();
  return {
    network,
    folder,
    cut: (host) => execute(network.cutting(host)),
    join: (host) => execute(network.joining(host)),
    async folderOf(host) {
      await mkdir(join(folder, host), { recursive: true });
      return join(folder, host);
    },
    command: (host, words, cwd) => run(spawnOn({ network, mark, host }, words, { cwd })),
    agent: (host, config, options) => hostAgent({ network, folder, mark, host, config, mounts: options?.mounts }),
    tasks: (host, job) => processesWith('NOMAD_JOB_NAME', job).filter((pid) => runsUnder(pid, join(folder, host))),
    async dispose() {
      await until('nothing of the hosts is left', () => {
        // The supervisor has an environment of its own, and names its folder.
        const left = [...processesWith(MARK, mark), ...processesNamed((line) => line.includes(`${folder}/`))];
        for (const pid of left) killNow(pid);
        return left.length === 0;
      });
      network.remove();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runs a command line to its end; throws when it fails. */
export function execute([program = '', ...args]: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

type Needs = {
  network: Network;
  folder: string;
  mark: string;
  host: string;
  config: string;
  mounts: 'shared' | undefined;
};

async function hostAgent({ network, folder, mark, host, config, mounts }: Needs): Promise<HostAgent> {
  const { address, control } = network.host(host);
  const dataDir = join(folder, host, 'data');
  const file = join(folder, host, 'agent.hcl');
  await mkdir(join(folder, host), { recursive: true });
  await writeFile(file, `${common(host, dataDir, address)}\n${config}`);
  const nomad = createNomadClient({ address: `http://${control}:4646` });
  const consul = createConsulClient({ address: `http://${control}:8500` });
  let child: ChildProcess | undefined;
  let printed = '';

  function startAgent(env?: Readonly<Record<string, string>>, flags: readonly string[] = []): ChildProcess {
    const started = spawnOn({ network, mark, host, mounts }, ['agent', '-config', file, ...flags], {
      cwd: folder,
      ...(env && { env }),
    });
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (data) => (printed += String(data)));
    child = started;
    return started;
  }

  return {
    name: host,
    address,
    dataDir,
    nomad,
    consul,
    log: () => printed,
    pid: () => child?.pid ?? 0,
    async start(env) {
      const started = startAgent(env);
      await until(
        `the agent on ${host} answers`,
        async () => {
          if (hasEnded(started)) return 'ended';
          return (await fetch(`http://${control}:4646/v1/agent/self`)).ok && 'ready';
        },
        READY_MS,
      ).then(
        (state) => {
          if (state === 'ended') throw new Error(`the agent on ${host} ended by itself:\n${printed}`);
        },
        (error: Error) => {
          throw new Error(`${error.message}\n${printed}`);
        },
      );
    },
    async startInVain(env, flags) {
      const before = printed.length;
      const [code] = (await once(startAgent(env, flags), 'close', { signal: AbortSignal.timeout(END_MS) })) as [
        number | null,
      ];
      return { code, printed: printed.slice(before) };
    },
    async end(signal) {
      if (!child || hasEnded(child)) throw new Error(`the agent on ${host} does not run:\n${printed}`);
      const exit = once(child, 'exit', { signal: AbortSignal.timeout(END_MS) });
      child.kill(signal);
      const [code] = (await exit) as [number | null];
      return code;
    },
    dns: (ask) => askHost(control, ask),
    get: (path, port = 8500) => fetch(`http://${control}:${port}${path}`),
    async run(source) {
      const body = JSON.stringify({ JobHCL: source, Canonicalize: true });
      const answer = await fetch(`http://${control}:4646/v1/jobs/parse`, { method: 'POST', body });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return (await nomad.jobs.register(JSON.parse(text) as JobBody)).EvalID;
    },
    command: (...words) => run(spawnOn({ network, mark, host }, words, { cwd: folder })),
  };
}

type On = Pick<Needs, 'network' | 'mark' | 'host'> & Partial<Pick<Needs, 'mounts'>>;
type With = { cwd: string; env?: Readonly<Record<string, string>> };

/** Without what the test runner, or whoever started it, has set for itself. */
function spawnOn({ network, mark, host, mounts }: On, words: readonly string[], { cwd, env = {} }: With): ChildProcess {
  const enter = mounts === 'shared' ? network.entering : network.command;
  const [program = '', ...args] = enter(host, [process.execPath, PROGRAM, ...words]);
  const theirs = /^(VITEST|NODE_|NOMAD_|CONSUL_|SHOAL_|npm_)/;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !theirs.test(name)));
  return spawn(program, args, { cwd, env: { ...clean, ...env, [MARK]: mark }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(started: ChildProcess): Promise<Ended> {
  let printed = '';
  for (const stream of [started.stdout, started.stderr]) stream?.on('data', (data) => (printed += String(data)));
  const [code] = (await once(started, 'close')) as [number | null];
  return { code, printed };
}

function common(host: string, dataDir: string, address: string): string {
  return `name = "${host}"
data_dir = ${JSON.stringify(dataDir)}
bind_addr = "0.0.0.0"
advertise { address = "${address}" }
client { network_interface = "eth0" }
plugin "raw_exec" {
  config { enabled = true }
}`;
}

async function askHost(address: string, ask: Ask): Promise<ShownAnswer> {
  const socket = createSocket('udp4');
  try {
    socket.send(questionBytes(ask), 8600, address);
    const [message] = (await once(socket, 'message', { signal: AbortSignal.timeout(DNS_MS) })) as [Buffer];
    return shownAnswer(message);
  } finally {
    socket.close();
  }
}

function runsUnder(pid: number, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
  } catch {
    // It has ended.
    return false;
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
