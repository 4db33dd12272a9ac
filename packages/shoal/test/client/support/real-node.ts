import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { type MemoryServer, memoryServer } from '../../../src/client/memory-server-connection.ts';
import type { AllocationUpdate } from '../../../src/client/server-connection.ts';
import { ensureSupervisor } from '../../../src/client/supervisor/client.ts';
import { buildSupervisor } from '../../support/build.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

/** A node with real processes: agent, supervisor, tasks. The server is in the test. All of it is ended with the test. */
export type RealNode = {
  dataDir: string;
  server: MemoryServer;
  agent(): ChildProcess;
  boot(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  stop(tasks: 'keep' | 'stop'): Promise<void>;
  reported(id: string, what: string, condition: (update: AllocationUpdate) => boolean): Promise<AllocationUpdate>;
  log(allocId: string, file?: string): Promise<string>;
};

export async function aRealNode(): Promise<RealNode> {
  const dataDir = await tempDir();
  const [entry, program] = await Promise.all([buildSupervisor(), buildAgent(dataDir)]);
  const server = memoryServer(5_000);
  let agent: ChildProcess | undefined;

  const boot = async () => {
    agent = fork(program, [dataDir, entry], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    agent.on('message', (message: Parameters<typeof answer>[2]) => void answer(server, agent, message));
    const before = server.heartbeats.length;
    await until('the agent is ready', () => server.heartbeats.length > before);
  };
  const gone = (child: ChildProcess) =>
    until('the agent is gone', () => child.exitCode !== null || child.signalCode !== null);

  onTestFinished(async () => {
    agent?.kill('SIGKILL');
    const last = await ensureSupervisor({ dataDir, entry, log: () => undefined });
    for (const task of await last.list()) await last.stop({ id: task.id, signal: 'SIGKILL', timeoutMs: 0 });
    await last.shutdown();
  });

  return {
    dataDir,
    server,
    agent: () => agent as ChildProcess,
    boot,
    async kill() {
      if (agent === undefined) return;
      agent.kill('SIGKILL');
      await gone(agent);
    },
    async stop(tasks) {
      if (agent === undefined) return;
      agent.send(`stop-${tasks}`);
      await gone(agent);
    },
    reported: (id, what, condition) =>
      until(what, () => {
        const latest = server.latest(id);
        return latest !== undefined && condition(latest) ? latest : undefined;
      }).catch((error) => {
        throw new Error(`${String(error)} ${JSON.stringify(server.latest(id), null, 1)}`);
      }),
    log: (allocId, file = 't.stdout.0') => readFile(join(dataDir, 'alloc', allocId, 'alloc', 'logs', file), 'utf8'),
  };
}

type Call = { id: number; method: keyof MemoryServer['connection']; args: never[] };

async function answer(
  server: MemoryServer,
  agent: ChildProcess | undefined,
  { id, method, args }: Call,
): Promise<void> {
  const from = agent;
  const act = server.connection[method] as (...args: unknown[]) => Promise<unknown>;
  const reply = await act(...args, new AbortController().signal).then(
    (value) => ({ id, value: value ?? null }),
    (error: unknown) => ({ id, error: String(error) }),
  );
  if (from?.connected) from.send(reply, () => undefined);
}

async function buildAgent(dir: string): Promise<string> {
  const outfile = join(dir, 'test-agent', 'agent.mjs');
  const lmdb = createRequire(import.meta.url).resolve('lmdb');
  if (!existsSync(outfile)) mkdirSync(join(dir, 'test-agent'));
  await build({
    entryPoints: [fileURLToPath(new URL('agent-process.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    outfile,
    // The native part has to be found beside its package; the bundle lies elsewhere.
    plugins: [
      { name: 'lmdb', setup: (it) => it.onResolve({ filter: /^lmdb$/ }, () => ({ path: lmdb, external: true })) },
    ],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return outfile;
}
