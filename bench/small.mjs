// A small machine: a client in a control group of 512 MB, with 20 tasks; its server is elsewhere.
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, hasNode, joining, place, SERVER } from './support/agent.mjs';
import { runTasks, stopTasks } from './support/jobs.mjs';
import { processWith } from './support/memory.mjs';
import { settledMB, together } from './support/settled.mjs';

const MACHINE_MB = 512;
const TASKS = 20;
const TRIES = 50;
const CONFIG = `
  client { memory_total_mb = ${MACHINE_MB} }
  plugin "raw_exec" {
    config { enabled = true }
  }
`;

export async function* bench() {
  const machine = smallMachine();
  if (machine === undefined) {
    yield {
      what: `a client on a machine of ${MACHINE_MB} MB`,
      ours: 'not measured: no control group for memory can be made here (it takes root)',
    };
    return;
  }
  const [server, client] = [await place(), await place()];
  const serving = server.start(SERVER);
  await answers(server);
  const config = join(client.dir, 'machine.hcl');
  writeFileSync(config, CONFIG);
  const agent = client.start(['-config', config, ...(await joining(server))], machine.inside);
  try {
    await hasNode(server);
    const seconds = await runTasks(server, 'sleepers', TASKS);
    const pids = [agent.pid, processWith('supervisor.js', client.dir)];
    await settledMB(pids);
    yield row(machine, pids, seconds);
    await stopTasks(server, 'sleepers', TASKS);
  } finally {
    await agent.end();
    await serving.end();
    for (const one of [client, server]) one.remove();
    await machine.remove();
  }
}

function row(machine, pids, running) {
  const [agentMB, supervisorMB] = pids.map((pid) => together([pid]));
  const { peakMB, kills } = machine.seen();
  return {
    what: `a client on a machine of ${MACHINE_MB} MB, ${TASKS} tasks`,
    ours: `all run within ${running.toFixed(2)} s; agent ${agentMB.toFixed(0)} MB, supervisor ${supervisorMB.toFixed(0)} MB (PSS); ${peakMB.toFixed(0)} MB at most with tasks and files in memory, ${kills} killed for want of memory`,
    target: 'none is killed',
    met: kills === 0,
    figures: { running, agentMB, supervisorMB, peakMB, kills },
  };
}

/** A control group with a limit, by version 1 or 2, and how to start a program in it; undefined where that is not possible. */
function smallMachine() {
  const name = `shoal-bench-${process.pid}`;
  for (const make of [versionTwo, versionOne]) {
    try {
      return make(name);
    } catch {
      // The other version, then.
    }
  }
  return undefined;
}

/** Version 2: the controller has to be passed on to the groups of the root. */
function versionTwo(name) {
  const root = '/sys/fs/cgroup';
  // Where both versions are mounted side by side, this is an ordinary folder.
  if (!existsSync(join(root, 'cgroup.controllers'))) throw new Error('not version 2');
  writeFileSync(join(root, 'cgroup.subtree_control'), '+memory');
  const files = {
    limit: 'memory.max',
    swap: 'memory.swap.max',
    peak: 'memory.peak',
    current: 'memory.current',
    events: 'memory.events',
  };
  return group(join(root, name), files);
}

function versionOne(name) {
  const files = {
    limit: 'memory.limit_in_bytes',
    swap: 'memory.memsw.limit_in_bytes',
    peak: 'memory.max_usage_in_bytes',
    current: 'memory.usage_in_bytes',
    events: 'memory.oom_control',
  };
  return group(join('/sys/fs/cgroup/memory', name), files);
}

function group(dir, { limit, swap, peak, current, events }) {
  mkdirSync(dir);
  const bytes = MACHINE_MB * 1024 ** 2;
  try {
    writeFileSync(join(dir, limit), String(bytes));
  } catch (error) {
    rmdirSync(dir);
    throw error;
  }
  try {
    writeFileSync(join(dir, swap), swap.endsWith('.max') ? '0' : String(bytes));
  } catch {
    // A kernel that does not count swap.
  }
  return {
    inside: ['/bin/sh', '-c', `echo $$ > ${join(dir, 'cgroup.procs')} && exec "$@"`, 'sh'],
    seen: () => ({
      peakMB: Number(readFileSync(join(dir, existsSync(join(dir, peak)) ? peak : current), 'utf8')) / 1024 ** 2,
      kills: Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(dir, events), 'utf8'))?.[1] ?? 0),
    }),
    async remove() {
      for (let tries = 0; tries < TRIES; tries += 1) {
        try {
          return rmdirSync(dir);
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    },
  };
}
