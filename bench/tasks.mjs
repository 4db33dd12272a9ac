// Running work: `raw_exec` tasks from registration to all running, and to all stopped; what idle ones cost.
import { setTimeout as delay } from 'node:timers/promises';
import { cpuSeconds, processWith, pssMB } from './support/memory.mjs';
import { json, startShoal, until } from './support/shoal.mjs';

const RECORDED = { 50: 1.05, 200: 3.9 };
const IDLE_MS = 10_000;

export async function bench() {
  const rows = [];
  for (const count of [50, 200]) {
    const agent = await startShoal();
    const supervisor = processWith('supervisor.js', agent.dir);
    const before = pssMB(agent.pid) + pssMB(supervisor);
    const { running, stopped, perTask, cpu } = await run(agent, supervisor, count, before);
    await agent.stop();
    rows.push({
      what: `job run of ${count} tasks until all run`,
      ours: `${running.toFixed(2)} s`,
      peer: `Nomad ${RECORDED[count]} s (recorded)`,
      ratio: `${(running / RECORDED[count]).toFixed(2)} ×`,
      target: 'faster',
      met: running < RECORDED[count],
    });
    rows.push({
      what: `… until all are stopped`,
      ours: `${stopped.toFixed(2)} s`,
      peer: '',
      ratio: '',
      target: '',
      met: undefined,
    });
    if (count !== 200) continue;
    rows.push({
      what: 'memory on top, per task (PSS of agent and supervisor)',
      ours: `${perTask.toFixed(2)} MB`,
      peer: 'Nomad 5.7 MB (recorded)',
      ratio: `${(perTask / 5.7).toFixed(2)} ×`,
      target: '0.2 MB',
      met: perTask <= 0.2,
    });
    rows.push({
      what: 'CPU with 200 idle tasks',
      ours: `${(cpu * 100).toFixed(1)} % of a core`,
      peer: 'Nomad 38 % (recorded)',
      ratio: `${(cpu / 0.38).toFixed(2)} ×`,
      target: '2 %',
      met: cpu <= 0.02,
    });
  }
  return rows;
}

async function run(agent, supervisor, count, before) {
  const task = {
    Name: 't',
    Driver: 'raw_exec',
    Config: { command: '/bin/sleep', args: ['600'] },
    Resources: { CPU: 1, MemoryMB: 10 },
    LogConfig: { MaxFiles: 1, MaxFileSizeMB: 1 },
  };
  const group = { Name: 'g', Count: count, EphemeralDisk: { SizeMB: 10 }, Tasks: [task], Update: { MaxParallel: 0 } };
  const job = { ID: 'sleepers', Name: 'sleepers', Type: 'service', Datacenters: ['dc1'], TaskGroups: [group] };
  const begun = performance.now();
  await json(`${agent.nomad}/v1/jobs`, { method: 'PUT', body: JSON.stringify({ Job: job }) });
  await until('all run', async () => (await summary(agent)).Running === count);
  const running = (performance.now() - begun) / 1000;
  await delay(3_000);
  const perTask = (pssMB(agent.pid) + pssMB(supervisor) - before) / count;
  const cpuBefore = cpuSeconds(agent.pid) + cpuSeconds(supervisor);
  await delay(IDLE_MS);
  const cpu = (cpuSeconds(agent.pid) + cpuSeconds(supervisor) - cpuBefore) / (IDLE_MS / 1000);
  const stopping = performance.now();
  await json(`${agent.nomad}/v1/job/sleepers`, { method: 'DELETE' });
  await until('all are stopped', async () => (await summary(agent)).Complete === count);
  return { running, stopped: (performance.now() - stopping) / 1000, perTask, cpu };
}

async function summary(agent) {
  return (await json(`${agent.nomad}/v1/job/sleepers/summary`)).Summary.g;
}
