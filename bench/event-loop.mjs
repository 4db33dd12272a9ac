// How long a server's event loop lets wait while 10,000 allocations are placed, 1,000 clients live on it and DNS is asked 5,000 times a second.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { debianProgram } from './support/debian.mjs';
import { bundle } from './support/own-process.mjs';
import { freePort, json, program, until } from './support/shoal.mjs';
import { count, perSecond, short } from './support/table.mjs';

const CLIENTS = 1_000;
const RUNS = [100, 1_000, 10_000];
const PER_SECOND = 5_000;
/** Of these, so many are timed one by one; dnsperf asks the others. */
const TIMED = 500;
/** Connections are opened, and code is compiled. */
const WARM_UP_MS = 3_000;
const WARM_UP = 1_000;
const PRELOAD = fileURLToPath(new URL('support/loop-delay.mjs', import.meta.url));
const PROBE = fileURLToPath(new URL('support/dns-probe.mjs', import.meta.url));

export async function* bench() {
  const { idle, runs } = await measure(RUNS);
  const { loop, dns } = runs.at(-1);
  const load = `${count(CLIENTS)} clients, DNS ${perSecond(PER_SECOND)}`;
  yield {
    what: `event loop delay of a server while ${count(RUNS.at(-1))} allocations are placed and started (${load}): p99`,
    ours: `${loop.p99} ms`,
    target: '50 ms',
    met: loop.p99 <= 50,
    reason: loop.own.p99 <= 50 ? `other processes had the processors: without that ${loop.own.p99} ms` : undefined,
    figures: { loop, idle: idle.loop },
  };
  yield { what: '… p50, p99, p99.9', ours: `${shown(loop)} ms` };
  yield { what: '… without the time in which other processes had the processors', ours: `${shown(loop.own)} ms` };
  yield { what: '… while nothing is placed', ours: `${shown(idle.loop)} ms` };
  yield {
    what: '… DNS beside, p50, p99, p99.9 (while nothing is placed)',
    ours: `${shown(dns)} ms, ${dns.lost} of ${dns.answers + dns.lost} lost (${shown(idle.dns)} ms)`,
    figures: { dns, idle: idle.dns },
  };
  const points = (cost) => runs.map((run) => [run.allocations, cost(run)]);
  yield {
    what: 'placing and starting on 1,000 clients',
    of: 'allocations',
    unit: 's',
    points: points((run) => run.seconds),
  };
  yield { what: 'event loop delay p99', of: 'allocations', unit: 'ms', points: points((run) => run.loop.p99) };
}

const shown = ({ p50, p99, p999 }) => [p50, p99, p999].map((each) => short(each ?? Number.NaN)).join(', ');

/** So many allocations, one number after the other; milliseconds. */
export async function measure(allocations, clients = CLIENTS) {
  const agent = await startServer();
  const { file, remove } = await bundle('fleet.ts');
  const children = [];
  const child = (path, ...args) => {
    const started = fork(path, args.map(String), { stdio: ['ignore', 2, 2, 'ipc'] });
    children.push(started);
    return started;
  };
  try {
    await fillCatalog(agent);
    const fleet = child(file, clients, agent.rpcPort, agent.dir);
    await told(fleet, 'ready', 180_000);
    const probe = child(PROBE, agent.dnsPort, 'web.service.consul', dnsLoad(agent, children) ? TIMED : PER_SECOND);
    await pause(WARM_UP_MS);
    await place(agent, fleet, { count: WARM_UP, before: 0 });
    const idle = await during([agent.child, probe], () => pause(5_000));
    const runs = [];
    let before = WARM_UP;
    for (const count of allocations) {
      const begun = performance.now();
      const measured = await during([agent.child, probe], () => place(agent, fleet, { count, before }));
      runs.push({ allocations: count, seconds: (performance.now() - begun) / 1000, ...measured });
      before += count;
    }
    return { idle, runs };
  } finally {
    for (const one of children) one.kill('SIGKILL');
    remove();
    await agent.stop();
  }
}

/** Registers jobs of `count` allocations and waits until the clients say that they run. `before`: those that run already. */
async function place(agent, fleet, { count, before }) {
  await registerJobs(agent, count, before);
  await until('all run', async () => (await ask(fleet, 'running')) === before + count, 120_000, 100);
}

/** What both processes measured meanwhile. */
async function during([agent, probe], act) {
  agent.send('forget');
  probe.send('forget');
  await act();
  return { loop: await ask(agent, 'loopDelay'), dns: await ask(probe, 'dns') };
}

/** Ends by itself; false where dnsperf cannot be had. */
function dnsLoad(agent, children) {
  const dnsperf = debianProgram('dnsperf');
  if (!dnsperf) return false;
  const questions = join(agent.dir, 'questions');
  writeFileSync(questions, 'web.service.consul SRV\nweb.service.consul A\n');
  const rate = String(PER_SECOND - TIMED);
  const args = ['-s', '127.0.0.1', '-p', String(agent.dnsPort), '-d', questions, '-c', '8', '-l', '300', '-Q', rate];
  children.push(spawn(dnsperf, args, { stdio: 'ignore' }));
  return true;
}

async function fillCatalog(agent) {
  for (const [at, port] of [8001, 8002, 8003].entries()) {
    const body = JSON.stringify({ ID: `web-${at}`, Name: 'web', Port: port, Address: `10.0.0.${at + 1}` });
    const answer = await fetch(`${agent.consul}/v1/agent/service/register`, { method: 'PUT', body });
    if (!answer.ok) throw new Error(await answer.text());
  }
}

/** In jobs of 1,000 at most. */
async function registerJobs(agent, allocations, before) {
  for (let left = allocations, at = 0; left > 0; left -= 1_000, at += 1) {
    const task = {
      Name: 't',
      Driver: 'raw_exec',
      Config: { command: '/bin/sleep', args: ['600'] },
      Resources: { CPU: 50, MemoryMB: 64 },
      LogConfig: { MaxFiles: 1, MaxFileSizeMB: 10 },
    };
    const group = { Name: 'g', Count: Math.min(left, 1_000), EphemeralDisk: { SizeMB: 20 }, Tasks: [task] };
    const constraint = { LTarget: '${attr.cpu.arch}', Operand: '=', RTarget: 'amd64' };
    const job = {
      ID: `many-${before}-${at}`,
      Type: 'service',
      Datacenters: ['dc*'],
      Constraints: [constraint],
      TaskGroups: [group],
    };
    await json(`${agent.nomad}/v1/jobs`, { method: 'PUT', body: JSON.stringify({ Job: job }) });
  }
}

/** A server and nothing else, whose loop is measured. */
async function startServer() {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-loop-'));
  const [http, consulHttp, dns, rpc] = await Promise.all([1, 2, 3, 4].map(() => freePort()));
  const ports = [`-http-port=${http}`, `-consul-http-port=${consulHttp}`, `-dns-port=${dns}`, `-rpc-port=${rpc}`];
  const flags = ['agent', '-server', '-bind=127.0.0.1', `-data-dir=${dir}`, '-log-level=error', ...ports];
  const child = fork(program, flags, {
    execArgv: ['--import', pathToFileURL(PRELOAD).href],
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const [nomad, consul] = [`http://127.0.0.1:${http}`, `http://127.0.0.1:${consulHttp}`];
  await until('the server answers', async () => (await json(`${nomad}/v1/status/leader`)) !== '');
  return {
    child,
    dir,
    nomad,
    consul,
    dnsPort: dns,
    rpcPort: rpc,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function ask(child, what) {
  const answer = told(child, what);
  child.send('tell');
  return answer;
}

/** The next message of a process that has this in it. */
function told(child, what, timeoutMs = 30_000) {
  return new Promise((resolve, reject) => {
    const end = (settle, value) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      settle(value);
    };
    const onMessage = (message) => what in message && end(resolve, message[what]);
    const onExit = () => end(reject, new Error(`a process ended before it told of ${what}`));
    const timer = setTimeout(() => end(reject, new Error(`no word of ${what} within ${timeoutMs} ms`)), timeoutMs);
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(JSON.stringify(await measure([Number(process.argv[2] ?? 10_000)]), null, 1));
