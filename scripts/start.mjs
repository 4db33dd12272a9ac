// npm start: a one-machine cluster that runs the example services, until Ctrl-C. Its state is kept in .shoal and comes back.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ensureBuild, ensureDependencies, root } from './prepare.mjs';

ensureDependencies();
ensureBuild();
const { serveArtifacts } = await import('../examples/frontserve/artifacts.mjs');

const program = join(root, 'packages/shoal/dist/shoal.js');
const example = join(root, 'examples/frontserve');
const dataDir = process.env.SHOAL_DATA_DIR ?? join(root, '.shoal');
const WANTED = { http: 4646, 'consul-http': 8500, dns: 8600, rpc: 4647, 'edge-http': 8080 };
const READY_MS = 60_000;

const ports = await choosePorts(WANTED);
const address = `http://127.0.0.1:${ports.http}`;
mkdirSync(dataDir, { recursive: true });
const artifacts = await serveArtifacts(await freePort(8081));
const agent = startAgent();
process.on('SIGINT', () => stop());
process.on('SIGTERM', () => stop());
agent.on('exit', (code) => {
  if (!stopping) console.error('The agent ended by itself; its log is above.');
  process.exit(stopping ? 0 : (code ?? 1));
});

let stopping = false;
await until('the agent is ready', async () => (await fetch(`${address}/v1/agent/health`)).ok);
await until('a node is ready', async () =>
  (await (await fetch(`${address}/v1/nodes`)).json()).some(({ Status }) => Status === 'ready'),
);
run('backserve', { artifacts: artifacts.address });
run('frontserve', { artifacts: artifacts.address, dns: `127.0.0.1:${ports.dns}` });
await until('the page is served', async () => (await fetch(`http://localhost:${ports['edge-http']}/`)).ok);
printTable();

function startAgent() {
  const flags = Object.entries(ports).map(([name, port]) => `-${name}-port=${port}`);
  const args = [
    program,
    'agent',
    '-config',
    join(example, 'agent.hcl'),
    '-data-dir',
    dataDir,
    '-log-level',
    'warn',
    ...flags,
  ];
  // A session of its own: Ctrl-C reaches this script alone, which then stops the agent in order.
  return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
}

function run(job, variables) {
  const vars = Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]);
  const args = [program, 'job', 'run', '-detach', `-address=${address}`, ...vars, join(example, `${job}.nomad.hcl`)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status === 0) return;
  console.error(stdout + stderr);
  stop(1);
}

function stop(code) {
  if (stopping) return;
  stopping = true;
  if (code === undefined) console.log('\nStopping: tasks, agent …');
  artifacts.server.close();
  artifacts.server.closeAllConnections();
  agent.kill('SIGTERM');
}

async function until(what, condition) {
  const deadline = Date.now() + READY_MS;
  while (!(await condition().catch(() => false))) {
    if (stopping) return new Promise(() => {});
    if (Date.now() > deadline) {
      console.error(
        `Not within ${READY_MS / 1000} s: ${what}. See the log above, and "bin/shoal job status -address=${address}".`,
      );
      stop(1);
      return new Promise(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}

/** The usual port of each listener, or another one where that is taken. */
async function choosePorts(wanted) {
  const chosen = {};
  for (const [name, port] of Object.entries(wanted)) {
    chosen[name] = await freePort(port);
    if (chosen[name] !== port) console.log(`Port ${port} (${name}) is taken: using ${chosen[name]}.`);
  }
  return chosen;
}

function freePort(wanted) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) =>
      error.code === 'EADDRINUSE' && wanted !== 0 ? resolve(freePort(0)) : reject(error),
    );
    probe.listen(wanted, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function printTable() {
  const usual = ports.http === WANTED.http ? '' : ` -address=${address}`;
  const usualConsul =
    ports['consul-http'] === WANTED['consul-http'] ? '' : ` -http-addr=127.0.0.1:${ports['consul-http']}`;
  console.log(`
  The page     http://localhost:${ports['edge-http']}          (also http://frontserve.localhost:${ports['edge-http']})
  Nomad API    ${address}
  Consul API   http://127.0.0.1:${ports['consul-http']}
  DNS          127.0.0.1:${ports.dns}

  Try, in another terminal:
    bin/shoal job status frontserve${usual}
    bin/shoal service list${usualConsul}
    dig @127.0.0.1 -p ${ports.dns} backserve.service.consul SRV
    curl -s -H 'accept: application/json' http://localhost:${ports['edge-http']}
    bin/shoal alloc logs -f -job frontserve${usual}

  Ctrl-C stops all of it. The next start comes back with its state (kept in ${dataDir}).
`);
}
