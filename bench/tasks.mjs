// Running work: `raw_exec` tasks from registration to all running, and to all stopped; what idle ones cost; what a killed agent finds again.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { hasNode, onShoal, place } from './support/agent.mjs';
import { allocations, runTasks, stopTasks } from './support/jobs.mjs';
import { cpuSeconds, processWith } from './support/memory.mjs';
import { settledMB, together } from './support/settled.mjs';
import { until } from './support/shoal.mjs';
import { median } from './support/table.mjs';

/** Of Nomad 1.0.18 on the same kind of machine. */
const RECORDED = { 50: 1.05, 200: 3.9, mbPerTask: 5.7, idleCpu: 0.38 };
const ROUNDS = 3;
const STEPS = [50, 200, 400];
const TENFOLD = [4, 40, 400];
const IDLE_MS = 10_000;
const ENDED_MEANWHILE = 10;

export async function* bench() {
  for (const count of [50, 200]) yield* runAndStop(count);
  yield* idle();
  yield* tenfold();
  yield await reattach();
}

async function* runAndStop(count) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push(await onShoal((agent) => lifetimeOf(agent, count)));
  }
  const [running, cpu, stopped] = ['running', 'cpu', 'stopped'].map((what) => median(rounds.map((one) => one[what])));
  yield {
    what: `\`job run\` of ${count} tasks until all run`,
    ours: `${running.toFixed(2)} s (${cpu.toFixed(2)} s of CPU)`,
    peer: `Nomad ${RECORDED[count]} s (recorded)`,
    ratio: `${(RECORDED[count] / running).toFixed(2)} ×`,
    target: 'faster',
    met: running < RECORDED[count],
    reason: busy(),
    figures: { ours: running, peer: RECORDED[count], cpu },
  };
  yield { what: `… until all are stopped`, ours: `${stopped.toFixed(2)} s`, figures: { ours: stopped } };
}

async function lifetimeOf(agent, count) {
  const pids = [agent.pid, supervisorOf(agent)];
  const before = cpuOf(pids);
  const running = await runTasks(agent, 'sleepers', count);
  const cpu = cpuOf(pids) - before;
  return { running, cpu, stopped: await stopTasks(agent, 'sleepers', count) };
}

/** Memory by the slope over ever more tasks on one agent, and what 200 of them cost while nothing happens. */
async function* idle() {
  const { points, most, cpu, extra, supervisorMB } = await onShoal(everMore);
  const perTask = slope(points);
  yield {
    what: 'memory on top, per task (PSS of agent and supervisor, over 0 to 400 tasks)',
    ours: `${perTask.toFixed(2)} MB when settled, at most ${most.toFixed(2)} MB 3 s after a start`,
    peer: `Nomad ${RECORDED.mbPerTask} MB (recorded)`,
    ratio: `${(RECORDED.mbPerTask / perTask).toFixed(0)} ×`,
    target: '0.2 MB',
    met: perTask < 0.2,
    figures: { ours: perTask, peer: RECORDED.mbPerTask, points },
  };
  yield {
    what: 'processes beside the tasks, with 400 of them',
    ours: `${extra} more, one supervisor of ${supervisorMB.toFixed(0)} MB (PSS)`,
    peer: 'Nomad 2 for each task (recorded)',
    target: 'none, 35 MB',
    met: extra === 0 && supervisorMB <= 35,
    figures: { extra, supervisorMB },
  };
  yield {
    what: 'CPU with 200 idle tasks',
    ours: `${(cpu * 100).toFixed(1)} % of a core`,
    peer: `Nomad ${RECORDED.idleCpu * 100} % (recorded)`,
    ratio: `${(RECORDED.idleCpu / cpu).toFixed(0)} ×`,
    target: '2 %',
    met: cpu <= 0.02,
    figures: { ours: cpu, peer: RECORDED.idleCpu },
  };
}

async function everMore(agent) {
  const supervisor = supervisorOf(agent);
  const pids = [agent.pid, supervisor];
  const points = [[0, await settledMB(pids)]];
  let cpu = 0;
  let most = 0;
  for (const [at, count] of STEPS.entries()) {
    await runTasks(agent, `upto-${count}`, count - (STEPS[at - 1] ?? 0));
    await delay(3_000);
    most = Math.max(most, (together(pids) - points[0][1]) / count);
    points.push([count, await settledMB(pids)]);
    if (count === 200) cpu = await idleCpu(pids);
  }
  // Each task is one process; two are the agent and its supervisor.
  const extra = processesOf(agent.dir) - STEPS.at(-1) - pids.length;
  return { points, most, cpu, extra, supervisorMB: together([supervisor]) };
}

async function idleCpu(pids) {
  const before = cpuOf(pids);
  await delay(IDLE_MS);
  return (cpuOf(pids) - before) / (IDLE_MS / 1000);
}

async function* tenfold() {
  const rounds = [];
  for (const count of TENFOLD) rounds.push([count, await onShoal((agent) => lifetimeOf(agent, count))]);
  const points = (figure) => rounds.map(([count, figures]) => [count, figures[figure]]);
  yield { what: '`job run` until all run', of: 'tasks', unit: 's', points: points('running') };
  yield { what: '… CPU of agent and supervisor', of: 'tasks', unit: 's', points: points('cpu') };
  yield { what: 'stop until none is left', of: 'tasks', unit: 's', points: points('stopped') };
}

/** The agent is killed, some of its tasks end, another agent starts: the others go on as they were, and how those ended is known. */
async function reattach() {
  const count = 200;
  const here = await place();
  let agent = here.start(['-dev']);
  try {
    await hasNode(here);
    await runTasks(here, 'sleepers', count);
    await agent.end('SIGKILL');
    const before = tasksIn(here.dir);
    const victims = before.slice(0, ENDED_MEANWHILE);
    for (const pid of victims) process.kill(pid, 'SIGKILL');
    const begun = performance.now();
    agent = here.start(['-dev']);
    await until('the ends are known', async () => (await exitCodes(here)).length >= victims.length, 60_000, 10);
    const seconds = (performance.now() - begun) / 1000;
    const exits = (await exitCodes(here)).filter((code) => code === 137).length;
    const now = new Set(tasksIn(here.dir));
    const kept = before.slice(victims.length).filter((pid) => now.has(pid)).length;
    return {
      what: `kill -9 of the agent with ${count} tasks, until the next one knows of ends that came meanwhile`,
      ours: `${seconds.toFixed(2)} s from its start; ${kept} of ${count - victims.length} went on, ${exits} of ${victims.length} exit codes kept`,
      target: 'all of both',
      met: kept === count - victims.length && exits === victims.length,
      figures: { ours: seconds, kept, exits },
    };
  } finally {
    await agent.end();
    here.remove();
  }
}

/** Of the tasks that have ended, as far as it is told yet. */
async function exitCodes(agent) {
  const events = (await allocations(agent, 'sleepers')).flatMap(({ TaskStates }) => TaskStates?.t?.Events ?? []);
  return events.filter(({ Type }) => Type === 'Terminated').map(({ ExitCode }) => ExitCode);
}

function supervisorOf({ dir }) {
  return processWith('supervisor.js', dir);
}

function cpuOf(pids) {
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
}

/** Tasks run in their own folders, below the agent's. */
function tasksIn(dir) {
  return allProcesses().filter((pid) => ofProcess(pid).folder.startsWith(`${dir}/alloc/`));
}

function processesOf(dir) {
  return allProcesses().filter((pid) => Object.values(ofProcess(pid)).some((text) => text.includes(dir))).length;
}

function allProcesses() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function ofProcess(pid) {
  try {
    return { folder: readlinkSync(`/proc/${pid}/cwd`), words: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    return { folder: '', words: '' };
  }
}

/** Why a time may be long, if the machine has more to do than this. */
function busy() {
  const [load] = loadavg();
  return load > cpus().length
    ? `the machine has other work: ${load.toFixed(0)} programs wait for ${cpus().length} processors`
    : undefined;
}

/** By least squares. */
function slope(points) {
  const mean = (at) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  return (
    points.reduce((sum, [work, cost]) => sum + (work - x) * (cost - y), 0) /
    points.reduce((sum, [work]) => sum + (work - x) ** 2, 0)
  );
}
