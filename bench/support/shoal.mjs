// A real agent for a measurement: free ports, a folder of its own, ended with it.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const program =
  process.env.SHOAL_PROGRAM ?? fileURLToPath(new URL('../../packages/shoal/dist/shoal.js', import.meta.url));
const PORTS = ['http', 'consul-http', 'dns', 'rpc', 'edge-http'];
const READY_MS = 90_000;

/** Starts `shoal agent -dev` and resolves when its APIs answer and its node is ready; `readyMs` is how long that took. */
export async function startShoal(...flags) {
  const begun = performance.now();
  const agent = await start('-dev', ...flags);
  await until('the node is ready', () => isReady(agent), READY_MS, 5);
  return { ...agent, readyMs: performance.now() - begun };
}

/** An agent without the server role, joined to that server. */
export async function startShoalClient(server) {
  const ask = ['server', 'token', '-ttl', '10m', '-address', server.nomad];
  const token = (await promisify(execFile)(process.execPath, [program, ...ask])).stdout.trim();
  const where = ['-bind', '127.0.0.1', '-node', 'client', '-retry-join', `127.0.0.1:${server.rpcPort}`];
  const agent = await start('-client', ...where, '-join-token', token);
  await until('the client answers', async () => 'consul' in (await json(`${agent.consul}/v1/catalog/services`)));
  return agent;
}

async function start(...flags) {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-'));
  const ports = Object.fromEntries(await Promise.all(PORTS.map(async (name) => [name, await freePort()])));
  const portFlags = PORTS.map((name) => `-${name}-port=${ports[name]}`);
  const words = ['agent', '-data-dir', dir, '-log-level', 'error', ...portFlags, ...flags];
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    name: 'Shoal',
    child,
    pid: child.pid,
    nomad: `http://127.0.0.1:${ports.http}`,
    consul: `http://127.0.0.1:${ports['consul-http']}`,
    dnsPort: ports.dns,
    rpcPort: ports.rpc,
    edgePort: ports['edge-http'],
    dir,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function isReady({ nomad }) {
  return (await json(`${nomad}/v1/nodes`)).some(({ Status }) => Status === 'ready');
}

export async function json(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${options?.method ?? 'GET'} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** A PUT whose answer says nothing. */
export async function put(url, body) {
  const answer = await fetch(url, { method: 'PUT', body: typeof body === 'string' ? body : JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`PUT ${url}: ${answer.status} ${text}`);
}

export async function until(what, condition, timeoutMs = 60_000, everyMs = 20) {
  const deadline = performance.now() + timeoutMs;
  while (
    !(await Promise.resolve()
      .then(condition)
      .catch(() => false))
  ) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
