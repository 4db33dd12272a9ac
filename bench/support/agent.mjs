// An agent of one role, or one that is killed and started again in its folder: what `startShoal` does not do.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processWith } from './memory.mjs';
import { freePort, json, program, startShoal, until } from './shoal.mjs';

const PORTS = ['http', 'consul-http', 'dns', 'rpc'];

/** A folder and ports for an agent. `start` may be called again after the agent has gone; `words` are its flags, `before` a program to start it by. */
export async function place() {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-'));
  const ports = Object.fromEntries(await Promise.all(PORTS.map(async (name) => [name, await freePort()])));
  const flags = ['-data-dir', dir, '-log-level', 'error', ...PORTS.map((name) => `-${name}-port=${ports[name]}`)];
  const nomad = `http://127.0.0.1:${ports.http}`;
  return {
    dir,
    nomad,
    rpcPort: ports.rpc,
    start(words, before = []) {
      const [file, ...args] = [...before, process.execPath, program, 'agent', ...flags, ...words];
      return running(spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] }));
    },
    /** Also ends the supervisor that a client leaves to the next one. */
    remove() {
      const supervisor = processWith('supervisor.js', dir);
      if (supervisor) process.kill(supervisor);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function running(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    pid: child.pid,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}

/** Flags of a server that is no client, and of a client that joins it. */
export const SERVER = ['-server', '-bind', '127.0.0.1', '-node', 'server'];

export async function joining({ nomad, rpcPort }) {
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'server', 'token', '-address', nomad]);
  return [
    '-client',
    '-bind',
    '127.0.0.1',
    '-node',
    'client',
    '-retry-join',
    `127.0.0.1:${rpcPort}`,
    '-join-token',
    stdout.trim(),
  ];
}

export async function answers({ nomad }) {
  await until('the agent answers', async () => (await json(`${nomad}/v1/status/leader`)) !== '', 90_000, 5);
}

/** On a server: a client of this many is ready. */
export async function hasNode({ nomad }) {
  await until(
    'a node is ready',
    async () => (await json(`${nomad}/v1/nodes`)).some(({ Status }) => Status === 'ready'),
    90_000,
    5,
  );
}

/** Measures on an agent with all roles, which ends with all its tasks whatever happens. */
export async function onShoal(measure) {
  const agent = await startShoal();
  try {
    return await measure(agent);
  } finally {
    await agent.stop();
  }
}
