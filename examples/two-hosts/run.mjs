#!/usr/bin/env node
// One server and two clients as network namespaces on a bridge, with the example services spread over them, until Ctrl-C.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuild, ensureDependencies, root } from '../../scripts/prepare.mjs';
import { serveArtifacts } from '../frontserve/artifacts.mjs';
import { makeNetwork, whatIsMissing } from './hosts.mjs';

const READY_MS = 60_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const program = process.env.SHOAL_PROGRAM ?? join(root, 'packages/shoal/dist/shoal.js');

const missing = whatIsMissing();
if (missing) {
  console.error(`This example makes three hosts on this machine, and ${missing}.`);
  process.exit(1);
}
ensureDependencies();
ensureBuild();

const data = mkdtempSync(join(tmpdir(), 'shoal-two-hosts-'));
const network = makeNetwork(['server', 'east', 'west']);
const artifacts = await serveArtifacts(0, network.gateway);
const agents = new Map();
let stopping = false;
process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));

try {
  console.log('Starting a server and two clients …');
  await start('server', ['-config', join(here, 'server.hcl')]);
  const token = shoal('server', 'server', 'token').trim();
  const { address } = network.host('server');
  const joining = ['-config', join(here, 'client.hcl'), `-retry-join=${address}`];
  await Promise.all(['east', 'west'].map((name) => start(name, joining, { SHOAL_JOIN_TOKEN: token })));
  await until('both clients are ready', async () => {
    const nodes = await get('server', 4646, '/v1/nodes');
    return nodes.filter(({ Status }) => Status === 'ready').length === 2;
  });
  console.log('Running the example on them …');
  run('backserve', { artifacts: artifacts.address });
  run('frontserve', { artifacts: artifacts.address });
  await until('the page is served by both', async () => {
    const pages = await Promise.all(
      ['east', 'west'].map((name) => fetch(`http://${network.host(name).address}:8080/`)),
    );
    return pages.every(({ ok }) => ok);
  });
  printTable();
} catch (error) {
  if (!stopping) console.error(error.message);
  await stop(1);
}

async function start(name, args, env = {}) {
  const { address } = network.host(name);
  const words = [
    'agent',
    ...args,
    `-node=${name}`,
    `-advertise=${address}`,
    `-data-dir=${join(data, name)}`,
    '-log-level=warn',
  ];
  const [command, ...rest] = network.command(name, [process.execPath, program, ...words]);
  // A session of its own: Ctrl-C reaches this script alone, which then stops the agents in order.
  const agent = spawn(command, rest, {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
    env: { ...process.env, ...env },
  });
  agents.set(name, agent);
  agent.once('exit', (code) => {
    if (stopping) return;
    console.error(`The agent on ${name} ended by itself (${code}); its log is above.`);
    void stop(1);
  });
  await until(`the agent on ${name} answers`, async () => get(name, 4646, '/v1/agent/self'));
}

/** A command of the program, run on that host. */
function shoal(host, ...words) {
  const [command, ...rest] = network.command(host, [process.execPath, program, ...words]);
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`shoal ${words.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

function run(job, variables) {
  const vars = Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`]);
  shoal('server', 'job', 'run', '-detach', ...vars, join(root, `examples/frontserve/${job}.nomad.hcl`));
}

async function get(host, port, path) {
  const answer = await fetch(`http://${network.host(host).address}:${port}${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function until(what, condition) {
  const deadline = Date.now() + READY_MS;
  while (!(await condition().catch(() => false))) {
    if (stopping) return new Promise(() => {});
    if (Date.now() > deadline) throw new Error(`Not within ${READY_MS / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}

/** Tasks, agents, network, data: in this order, and all of it also when a part has gone already. */
async function stop(code) {
  if (stopping) return;
  stopping = true;
  console.log('\nStopping: tasks, agents, network …');
  for (const name of ['east', 'west', 'server']) await end(agents.get(name));
  artifacts.server.close();
  artifacts.server.closeAllConnections();
  network.remove();
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  process.exit(code);
}

async function end(agent) {
  if (!agent || agent.exitCode !== null || agent.signalCode !== null) return;
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGTERM');
  const force = setTimeout(() => agent.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(force);
}

function printTable() {
  const [server, east, west] = ['server', 'east', 'west'].map((name) => network.host(name));
  const nomad = `-address=http://${server.address}:4646`;
  console.log(`
  The page     http://${east.address}:8080    (also http://${west.address}:8080: each client has an edge)
  Nomad API    http://${server.address}:4646     (and at ${east.address} and ${west.address}, which pass requests on)
  Consul API   http://${server.address}:8500     (and at both clients, from their own copy of the catalog)
  DNS          ${east.address}:8600, ${west.address}:8600, ${server.address}:8600

  Try, in another terminal:
    bin/shoal node status ${nomad}
    bin/shoal job status ${nomad} backserve
    curl -s -H 'accept: application/json' http://${east.address}:8080
    dig @${west.address} -p 8600 backserve.service.consul SRV
    bin/shoal alloc logs -f -job ${nomad} frontserve

  Take a host off the network, see its work move and names follow, and put it back:
    sudo ${network.cutting('east').join(' ')}
    sudo ${network.joining('east').join(' ')}

  Ctrl-C stops all of it, and leaves nothing behind.
`);
}
