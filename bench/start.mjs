// Start and size: the command line beside bare Node, the agent until its node is ready, its memory when idle.
import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { processWith, pssMB } from './support/memory.mjs';
import { program, startShoal } from './support/shoal.mjs';

const RUNS = 15;

export async function bench() {
  const pairs = Array.from({ length: RUNS }, () => [time([program, 'version']), time(['-e', '0'])]);
  const ratio = median(pairs.map(([ours, node]) => ours / node));
  const agent = await startShoal();
  await delay(5_000);
  const supervisor = processWith('supervisor.js', agent.dir);
  const figures = { ready: agent.readyMs, agent: pssMB(agent.pid), supervisor: pssMB(supervisor) };
  await agent.stop();
  return [
    {
      what: '`shoal version`',
      ours: `${median(pairs.map(([ours]) => ours)).toFixed(0)} ms`,
      peer: `node -e 0: ${median(pairs.map(([, node]) => node)).toFixed(0)} ms`,
      ratio: `${ratio.toFixed(2)} ×`,
      target: '1.8 ×',
      met: ratio <= 1.8,
    },
    {
      what: '`agent -dev` until its node is ready',
      ours: `${(figures.ready / 1000).toFixed(2)} s`,
      peer: 'Nomad 1.3 s (recorded)',
      ratio: `${(figures.ready / 1300).toFixed(2)} ×`,
      target: '1.3 s',
      met: figures.ready <= 1300,
    },
    {
      what: 'idle memory, one agent with all roles (PSS)',
      ours: `${figures.agent.toFixed(0)} MB`,
      peer: 'Nomad 99 MB + Consul 80 MB (recorded)',
      ratio: `${(figures.agent / 179).toFixed(2)} ×`,
      target: '150 MB',
      met: figures.agent <= 150,
    },
    {
      what: 'idle memory, supervisor (PSS)',
      ours: `${figures.supervisor.toFixed(0)} MB`,
      peer: '',
      ratio: '',
      target: '35 MB',
      met: figures.supervisor <= 35,
    },
  ];
}

function time(args) {
  const begun = performance.now();
  spawnSync(process.execPath, args, { stdio: 'ignore' });
  return performance.now() - begun;
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}
