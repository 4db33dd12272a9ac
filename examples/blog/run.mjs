#!/usr/bin/env node
// A hugo site that is cloned by git when its tasks start, on dynamic ports behind the edge, until Ctrl-C.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuild, ensureDependencies, root } from '../../scripts/prepare.mjs';

const READY_MS = 60_000;
const here = fileURLToPath(new URL('.', import.meta.url));
const program = process.env.SHOAL_PROGRAM ?? join(root, 'packages/shoal/dist/shoal.js');
const ports = {
  http: port('HTTP', 4646),
  'consul-http': port('CONSUL_HTTP', 8500),
  dns: port('DNS', 8600),
  rpc: port('RPC', 4647),
  'edge-http': port('EDGE_HTTP', 8080),
};
const nomad = `http://127.0.0.1:${ports.http}`;
const name = 'blog.localhost';
const page = `http://${name}:${ports['edge-http']}/`;

for (const needed of ['hugo', 'git']) need(needed);
ensureDependencies();
ensureBuild();
const data = mkdtempSync(join(tmpdir(), 'shoal-blog-'));
const repository = makeRepository(join(data, 'repository'));
let stopping = false;
let failed = false;
const flags = Object.entries(ports).map(([name, number]) => `-${name}-port=${number}`);
// A session of its own: Ctrl-C reaches this script alone, which then stops the agent in order.
const agent = spawn(process.execPath, [program, 'agent', '-dev', '-log-level', 'warn', ...flags], {
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
});
agent.on('exit', (code) => {
  rmSync(data, { recursive: true, force: true });
  process.exit(stopping && !failed ? 0 : code || 1);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop());
console.log('Starting an agent, and the blog on it …');

await until('a node is ready', async () =>
  (await (await fetch(`${nomad}/v1/nodes`)).json()).some(({ Status }) => Status === 'ready'),
);
const run = spawnSync(
  process.execPath,
  [
    program,
    'job',
    'run',
    '-detach',
    `-address=${nomad}`,
    '-var',
    `repository=${repository}`,
    join(here, 'blog.nomad.hcl'),
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
if (run.status !== 0) stop('The job could not be run.');
await until('the page is served', pageIsServed);
console.log(`
  The blog     ${page}
  Nomad API    ${nomad}

  Reload it: the allocation that answered is on the page. Browsers and curl know that *.localhost is this machine; others:
    curl -H 'Host: ${name}' http://127.0.0.1:${ports['edge-http']}/

  Ctrl-C stops all of it.
`);

function need(name) {
  if (spawnSync('sh', ['-c', `command -v ${name}`]).status === 0) return;
  console.log(`Installing Debian's package ${name} …`);
  const installed =
    process.getuid?.() === 0 && spawnSync('apt-get', ['install', '-y', '-q', name], { stdio: 'ignore' }).status === 0;
  if (installed) return;
  console.error(`This example needs ${name}: install Debian's package of that name (apt-get install ${name}).`);
  process.exit(1);
}

/** The site as a repository, as a forge would serve it. */
function makeRepository(path) {
  cpSync(join(here, 'site'), path, { recursive: true });
  const git = (...args) =>
    spawnSync('git', ['-C', path, '-c', 'user.name=example', '-c', 'user.email=example@localhost', ...args], {
      stdio: 'ignore',
    });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'The site');
  return `file://${path}`;
}

/** Not by the name: not every resolver knows it. */
function pageIsServed() {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: ports['edge-http'], headers: { host: name }, agent: false };
    get(options, (answer) => resolve(answer.resume().statusCode === 200)).on('error', reject);
  });
}

/** `why`: something went wrong. */
function stop(why) {
  if (stopping) return;
  stopping = true;
  failed = why !== undefined;
  if (why) console.error(why);
  else console.log('\nStopping: tasks, agent …');
  agent.kill('SIGTERM');
}

async function until(what, condition) {
  const deadline = Date.now() + READY_MS;
  while (!(await condition().catch(() => false))) {
    if (stopping) return new Promise(() => {});
    if (Date.now() > deadline) {
      stop(`Not within ${READY_MS / 1000} s: ${what}.`);
      return new Promise(() => {});
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}

function port(name, usual) {
  return Number(process.env[`SHOAL_${name}_PORT`] ?? usual);
}
