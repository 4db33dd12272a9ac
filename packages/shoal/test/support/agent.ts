import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConsulClient, createConsulClient, createNomadClient, type JobBody, type NomadClient } from '@shoal/api';
import { onTestFinished } from 'vitest';
import { takePortBlock } from './port-block.ts';
import { processesNamed, processesWith } from './processes.ts';
import { until } from './until.ts';

/** The built command. */
export const PROGRAM = process.env['SHOAL_PROGRAM'] ?? fileURLToPath(new URL('../../dist/shoal.js', import.meta.url));

const PORT_NAMES = ['http', 'consulHttp', 'dns', 'rpc', 'edgeHttp', 'edgeHttps'] as const;
type Ports = Readonly<Record<(typeof PORT_NAMES)[number], number>>;

/** A real agent, in a process of its own, with ports and a folder of its own. */
export type TestAgent = {
  readonly folder: string;
  readonly dataDir: string;
  readonly ports: Ports;
  readonly nomadUrl: string;
  readonly consulUrl: string;
  readonly edgeUrl: string;
  readonly nomad: NomadClient;
  readonly consul: ConsulClient;
  /** Of the present run. */
  pid(): number;
  /** What it printed, in all its runs. */
  log(): string;
  /** Starts it (again), perhaps with more flags. Resolves when its node takes work. */
  start(flags?: readonly string[]): Promise<void>;
  /** Sends the signal and waits for the end. Answers with the exit code, null if the signal itself ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Parses the job file as the agent does, and registers it. */
  run(source: string, variables?: Readonly<Record<string, string>>): Promise<string>;
  /** All living processes that came from it: its own, the supervisor, tasks, and what these started. */
  processes(): number[];
  /** Ends all of these, and removes the folder. */
  dispose(): Promise<void>;
};

export type TestAgentOptions = {
  /** Folders or files before the test's own. */
  readonly configs?: readonly string[];
  /** More configuration, in HCL, with the last word. */
  readonly config?: string;
  /** `-dev`, instead of a folder that stays. */
  readonly dev?: boolean;
  readonly program?: string;
  /** Flags of Node itself. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

const READY_MS = 30_000;
const END_MS = 30_000;

/** A started agent that is gone when the test is over, however it ends. */
export async function testAgent(options: TestAgentOptions = {}): Promise<TestAgent> {
  const agent = await prepareAgent(options);
  onTestFinished(() => agent.dispose());
  await agent.start();
  return agent;
}

/** An agent that does not run yet, and that the caller disposes of: for `beforeAll` and `afterAll`. */
export async function prepareAgent(options: TestAgentOptions = {}): Promise<TestAgent> {
  const program = options.program ?? PROGRAM;
  if (!existsSync(program)) throw new Error(`${program} is missing: run "npm run build", or the tests by "npm test"`);
  const block = await takePortBlock();
  const ports = Object.fromEntries(PORT_NAMES.map((name, index) => [name, block.own[index]])) as unknown as Ports;
  const folder = await mkdtemp(join(tmpdir(), 'shoal-e2e-'));
  const dataDir = join(folder, 'data');
  const mark = randomUUID();
  const configFile = join(folder, 'test.hcl');
  await writeFile(configFile, configuration(dataDir, ports, block.dynamic, options));
  await mkdir(join(folder, 'tmp'));

  const url = (port: number) => `http://127.0.0.1:${port}`;
  const nomad = createNomadClient({ address: url(ports.http) });
  let child: ChildProcess | undefined;
  let printed = '';

  return {
    folder,
    dataDir,
    ports,
    nomadUrl: url(ports.http),
    consulUrl: url(ports.consulHttp),
    edgeUrl: url(ports.edgeHttp),
    nomad,
    consul: createConsulClient({ address: url(ports.consulHttp) }),
    pid: () => running().pid as number,
    log: () => printed,
    start,
    end,
    run,
    processes: living,
    dispose,
  };

  async function start(flags: readonly string[] = []): Promise<void> {
    const configs = [...(options.configs ?? []), configFile].flatMap((path) => ['-config', path]);
    const args = [
      ...(options.nodeFlags ?? []),
      program,
      'agent',
      ...(options.dev ? ['-dev'] : []),
      ...configs,
      ...flags,
    ];
    const env = { ...cleanEnvironment(), TMPDIR: join(folder, 'tmp'), ...options.env, [MARK]: mark };
    const started = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let closed = false;
    started.once('close', () => {
      closed = true;
    });
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (data) => (printed += String(data)));
    await until(
      'the agent is ready',
      async () => {
        if (closed) return 'ended';
        const nodes = await nomad.nodes.list();
        return nodes.value.some(({ Status }) => Status === 'ready') && 'ready';
      },
      READY_MS,
    ).then(
      (state) => {
        if (state === 'ended') throw new Error(`the agent ended by itself:\n${printed}`);
      },
      (error: Error) => {
        throw new Error(`${error.message}\n${printed}`);
      },
    );
  }

  function running(): ChildProcess {
    if (!child || hasEnded(child)) throw new Error(`the agent does not run:\n${printed}`);
    return child;
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const ending = running();
    const exit = once(ending, 'exit', { signal: AbortSignal.timeout(END_MS) });
    ending.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  async function run(source: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    const lines = Object.entries(variables).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
    const body = JSON.stringify({ JobHCL: source, Variables: lines.join('\n'), Canonicalize: true });
    const answer = await fetch(`${url(ports.http)}/v1/jobs/parse`, { method: 'POST', body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return (await nomad.jobs.register(JSON.parse(text) as JobBody)).EvalID;
  }

  /** Who comes from it has its mark; the supervisor, which has an environment of its own, names its folder. */
  function living(): number[] {
    return [...new Set([...processesWith(MARK, mark), ...processesNamed((line) => line.includes(`${folder}/`))])];
  }

  async function dispose(): Promise<void> {
    // Whoever starts others goes with them: looked for until a look finds none.
    await until('nothing of the agent is left', () => {
      const left = living();
      for (const pid of left) killNow(pid);
      return left.length === 0;
    });
    await block.release();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const MARK = 'SHOAL_TEST_AGENT';

/** Without what the test runner, or whoever started it, has set for itself. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const theirs = /^(VITEST|NODE_|NOMAD_|CONSUL_|SHOAL_|npm_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !theirs.test(name)));
}

function configuration(
  dataDir: string,
  ports: Ports,
  [least, greatest]: readonly [number, number],
  { dev, config = '' }: TestAgentOptions,
): string {
  return `${dev ? '' : `data_dir = ${JSON.stringify(dataDir)}`}
server { enabled = true }
client {
  enabled           = true
  network_interface = "lo"
  min_dynamic_port  = ${least}
  max_dynamic_port  = ${greatest}
}
edge { enabled = true }
plugin "raw_exec" {
  config { enabled = true }
}
ports {
  http         = ${ports.http}
  consul_http  = ${ports.consulHttp}
  dns          = ${ports.dns}
  rpc          = ${ports.rpc}
  edge_http    = ${ports.edgeHttp}
  edge_https   = ${ports.edgeHttps}
}
addresses {
  rpc  = "127.0.0.1"
  edge = "127.0.0.1"
}
${config}
`;
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
