import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, openConnection } from './connection.ts';
import { SupervisorStartError } from './errors.ts';
import { LOG_NAME, supervisorDir } from './place.ts';

export type SpawnOptions = {
  dataDir: string;
  /** The bundled `supervisor.js`. */
  entry: string;
};

/** Measured for the smallest resident size at full speed: one young generation of 1 MB, a heap that never needs more than a few, no helper threads for V8. */
const SMALL_MEMORY = ['--max-semi-space-size=1', '--max-old-space-size=64', '--v8-pool-size=0', '--single-threaded-gc'];
const START_DEADLINE_MS = 15_000;
const KNOCK_EVERY_MS = 10;

/** Connects to the supervisor of a data_dir, starting one if nobody answers. Two agents may do so at once: one supervisor wins. */
export async function connectOrSpawn(options: SpawnOptions): Promise<Connection> {
  const dir = supervisorDir(options.dataDir);
  const there = await knock(dir);
  if (there !== undefined) return there;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const failure = spawnDetached(options, dir);
  for (const giveUpAt = performance.now() + START_DEADLINE_MS; performance.now() < giveUpAt; ) {
    await new Promise((resolve) => setTimeout(resolve, KNOCK_EVERY_MS));
    const connection = await knock(dir);
    if (connection !== undefined) return connection;
    const reason = failure();
    if (reason !== undefined) throw new SupervisorStartError(options.dataDir, reason);
  }
  throw new SupervisorStartError(
    options.dataDir,
    `it does not answer after ${START_DEADLINE_MS} ms; see ${join(dir, LOG_NAME)}`,
  );
}

async function knock(dir: string): Promise<Connection | undefined> {
  try {
    return await openConnection(dir);
  } catch {
    // Nobody there, or not yet.
    return undefined;
  }
}

/** In a session of its own, with nothing of the agent's: neither its terminal nor its environment. Returns what is known of a failure. */
function spawnDetached({ dataDir, entry }: SpawnOptions, dir: string): () => string | undefined {
  const log = openSync(join(dir, LOG_NAME), 'a', 0o600);
  let failure: string | undefined;
  try {
    const child = spawn(process.execPath, [...SMALL_MEMORY, entry, dataDir], {
      detached: true,
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', log, log],
    });
    child.once('error', (error) => {
      failure = error.message;
    });
    // 0: another one had the lock, and answers soon.
    child.once('exit', (code) => {
      if (code !== 0) failure = `it ended with ${code}: ${lastLine(join(dir, LOG_NAME))}`;
    });
    child.unref();
  } finally {
    closeSync(log);
  }
  return () => failure;
}

function lastLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  } catch {
    return `nothing in ${path}`;
  }
}
