// Consul's HTTP API beside a real Consul in the same run: single answers by wrk, many registrations, and blocking queries with churn.
import { setTimeout as pause } from 'node:timers/promises';
import { startConsul, startDurableConsul } from './support/consul.mjs';
import { debianProgram } from './support/debian.mjs';
import { flushMs } from './support/disk.mjs';
import { httpRate, PUT_SCRIPT } from './support/load.mjs';
import { pssMB } from './support/memory.mjs';
import { putAll, registrations } from './support/registrar.mjs';
import { json, put, startShoal, until } from './support/shoal.mjs';
import { besides, perSecond, quantile } from './support/table.mjs';
import { inTurn } from './support/turns.mjs';
import { watchAll } from './support/watchers.mjs';

const ROUNDS = 3;
const SECONDS = 2;
const SERVICES = 1_000;
const INSTANCES = 10;
const WATCHED = 500;
const WATCHERS_EACH = 10;
const CHANGES = 200;
const CHANGE_EVERY_MS = 15;

const WRITE = {
  ...{ what: '`PUT /v1/kv/x` (durable; Consul in memory)', path: '/v1/kv/bench/key', script: PUT_SCRIPT },
  ...{ target: 1, recorded: 18_700 },
};
const SINGLE = [
  {
    ...{ what: '`GET /v1/health/service/x?passing`, 3 instances', path: '/v1/health/service/web?passing' },
    ...{ target: 2, recorded: 10_500 },
  },
  { what: '`GET /v1/kv/x`', path: '/v1/kv/bench/key', target: 1, recorded: 35_700 },
  WRITE,
];
const LIST = {
  ...{ what: '`GET /v1/catalog/services`, 1,000 services of 10 instances', path: '/v1/catalog/services' },
  connections: 8,
};

export async function* bench() {
  const wrk = debianProgram('wrk');
  if (!wrk) throw new Error('wrk is missing: apt-get install wrk');
  const shoal = await startShoal();
  const consul = await startConsul();
  const agents = consul ? [shoal, consul] : [shoal];
  for (const agent of agents) await fillFew(agent.consul);
  for (const single of SINGLE) yield await answers(wrk, agents, single);
  yield await durably(wrk, shoal);
  yield await allocations(wrk, shoal);
  const seconds = yield* registering(agents);
  yield await answers(wrk, agents, LIST);
  yield await watching(agents);
  yield* growth(shoal, seconds);
  for (const agent of agents) await agent.stop();
}

async function answers(wrk, agents, { what, path, script, connections, target, recorded }) {
  const [ours, peer] = await inTurn(agents, ROUNDS, ({ consul, pid }) =>
    httpRate(wrk, `${consul}${path}`, { seconds: SECONDS, pid, script, connections }),
  );
  const row = besides({
    what,
    ours: ours.rate,
    peer: peer?.rate,
    name: 'Consul',
    recorded,
    target,
    reason: whyShort(ours, peer, script !== undefined),
  });
  return { ...row, ours: shown(ours), ...(peer && { peer: `Consul ${shown(peer)}` }), figures: { ours, peer } };
}

/** Both on the disk: what it costs to be durable is then on both sides. */
async function durably(wrk, shoal) {
  const consul = await startDurableConsul();
  const agents = consul ? [shoal, consul] : [shoal];
  const row = await answers(wrk, agents, { ...WRITE, what: '`PUT /v1/kv/x`, both durable', target: undefined });
  await consul?.stop();
  return row;
}

function whyShort(ours, peer, isWrite) {
  const costs = peer
    ? `an answer costs ${(ours.cpu / peer.cpu).toFixed(2)} × Consul's CPU, and an agent of ours uses one processor, Consul every one`
    : '';
  return isWrite ? `${costs}; and 64 writers wait for the disk, where a flush takes ${flushMs().toFixed(1)} ms` : costs;
}

function shown({ rate, p99, cpu }) {
  return `${perSecond(rate)}, ${cpu.toFixed(0)} µs of CPU each, p99 ${p99.toFixed(1)} ms`;
}

async function fillFew(consul) {
  for (const at of [1, 2, 3])
    await put(`${consul}/v1/agent/service/register`, {
      ID: `web-${at}`,
      Name: 'web',
      Port: 8000 + at,
      Address: `10.0.0.${at}`,
    });
  await put(`${consul}/v1/kv/bench/key`, 'value');
}

const JOB = {
  ...{ ID: 'bench', Name: 'bench', Type: 'service', Datacenters: ['dc1'] },
  TaskGroups: [
    {
      ...{ Name: 'sleep', Count: 10 },
      Tasks: [
        {
          Name: 'sleep',
          Driver: 'raw_exec',
          Config: { command: 'sleep', args: ['600'] },
          Resources: { CPU: 20, MemoryMB: 10 },
        },
      ],
    },
  ],
};

async function allocations(wrk, shoal) {
  await put(`${shoal.nomad}/v1/jobs`, { Job: JOB });
  const path = `${shoal.nomad}/v1/job/bench/allocations`;
  await until('ten run', async () => (await json(path)).filter((one) => one.ClientStatus === 'running').length === 10);
  const [ours] = await inTurn([shoal], ROUNDS, ({ pid }) => httpRate(wrk, path, { seconds: SECONDS, pid }));
  await fetch(`${shoal.nomad}/v1/job/bench?purge=true`, { method: 'DELETE' });
  return {
    what: "`GET /v1/job/x/allocations`, 10 of them (Nomad's was not recorded)",
    ours: shown(ours),
    figures: { ours },
  };
}

/** Gives the seconds that ours took. */
async function* registering(agents) {
  const measured = [];
  for (const { consul, pid } of agents) {
    const before = pssMB(pid);
    const seconds = await putAll(`${consul}/v1/catalog/register`, registrations(SERVICES, INSTANCES));
    // What was only needed to take them in may go first.
    await pause(3_000);
    measured.push({ seconds, before, after: pssMB(pid) });
  }
  const [ours, peer] = measured;
  const what = '10,000 services registered, each with a check';
  const show = (seconds) => `${seconds.toFixed(1)} s`;
  yield besides({ what, ours: ours.seconds, peer: peer?.seconds, name: 'Consul', show, isLess: true });
  const memory = ({ before, after }) => `${before.toFixed(0)} to ${after.toFixed(0)} MB`;
  yield {
    what: 'memory before and after (PSS)',
    ours: memory(ours),
    ...(peer && { peer: `Consul ${memory(peer)}` }),
    figures: { ours, peer },
  };
  return ours.seconds;
}

async function watching(agents) {
  const measured = [];
  for (const agent of agents) measured.push(await wakeUps(agent, WATCHED, WATCHERS_EACH, CHANGES));
  const [ours, peer] = measured;
  const show = ({ p50, p99, missed, memory }) =>
    `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms${missed > 0 ? `, ${missed} not within a second` : ''}, ${memory.toFixed(0)} MB while they wait`;
  return {
    what: `from a change to its ${WATCHERS_EACH} watchers, of ${WATCHED * WATCHERS_EACH} on ${WATCHED} services (ours are told of what is on the disk)`,
    ours: `${show(ours)}; a flush takes ${flushMs().toFixed(1)} ms`,
    ...(peer && { peer: `Consul ${show(peer)}`, ratio: `${(peer.p99 / ours.p99).toFixed(2)} × by p99` }),
    figures: { ours, peer },
  };
}

/** Changes services one by one, in a steady beat, and notes how long each of their watchers takes to be told. */
async function wakeUps({ consul, pid }, watched, each, changes) {
  const changedAt = new Map();
  const taken = [];
  const paths = Array.from({ length: watched * each }, (_, at) => pathOf(at % watched));
  const close = await watchAll(consul, paths, (path, now) => {
    const begun = changedAt.get(path);
    if (begun !== undefined) taken.push(now - begun);
  });
  let from = performance.now();
  for (let change = 0; change < changes; change += 1) {
    const service = change % watched;
    changedAt.set(pathOf(service), performance.now());
    await put(`${consul}/v1/catalog/register`, changedCheck(service, change));
    from += CHANGE_EVERY_MS;
    await pause(Math.max(0, from - performance.now()));
  }
  await pause(1_000);
  const memory = pssMB(pid);
  close();
  return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99), missed: changes * each - taken.length, memory };
}

function pathOf(service) {
  return `/v1/health/service/app-${service}?passing`;
}

function changedCheck(service, change) {
  const at = service * INSTANCES;
  const Check = {
    CheckID: `check-app-${at}`,
    Name: 'alive',
    ServiceID: `app-${at}`,
    Status: 'warning',
    Output: String(change),
  };
  return { Node: `node-${at % 10}`, Address: `10.1.0.${at % 10}`, SkipNodeUpdate: true, Check };
}

async function* growth(shoal, secondsOfAll) {
  const taken = [];
  for (const services of [SERVICES / 100, SERVICES / 10]) {
    const bodies = registrations(services, INSTANCES, `more${services}`);
    taken.push([bodies.length, (await putAll(`${shoal.consul}/v1/catalog/register`, bodies)) * 1000]);
  }
  taken.push([SERVICES * INSTANCES, secondsOfAll * 1000]);
  yield { what: 'registering', of: 'services', unit: 'ms', points: taken };
  const woken = [];
  for (const watched of [WATCHED / 100, WATCHED / 10, WATCHED]) {
    const { p50 } = await wakeUps(shoal, watched, WATCHERS_EACH, CHANGES);
    woken.push([watched * WATCHERS_EACH, p50]);
  }
  yield { what: 'the wake-up of a watcher (p50)', of: 'watchers', unit: 'ms', points: woken };
}
