// A real agent for a measurement: free ports, a folder of its own, ended with it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const program =
  process.env.SHOAL_PROGRAM ?? fileURLToPath(new URL('../../packages/shoal/dist/shoal.js', import.meta.url));
const PORTS = ['http', 'consul-http', 'dns', 'rpc', 'edge-http'];
const READY_MS = 30_000;

/** Starts `shoal agent -dev` and resolves when its APIs answer and its node is ready; `readyMs` is how long that took. */
export async function startShoal(...flags) {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-'));
  const ports = Object.fromEntries(await Promise.all(PORTS.map(async (name) => [name, await freePort()])));
  const portFlags = PORTS.map((name) => `-${name}-port=${ports[name]}`);
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    [program, 'agent', '-dev', '-data-dir', dir, '-log-level', 'error', ...portFlags, ...flags],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const nomad = `http://127.0.0.1:${ports.http}`;
  await until(
    'the node is ready',
    async () => (await json(`${nomad}/v1/nodes`)).some(({ Status }) => Status === 'ready'),
    READY_MS,
    5,
  );
  return {
    pid: child.pid,
    readyMs: performance.now() - begun,
    nomad,
    consul: `http://127.0.0.1:${ports['consul-http']}`,
    dnsPort: ports.dns,
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

export async function json(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${options?.method ?? 'GET'} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
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
