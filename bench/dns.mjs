// DNS beside a real Consul in the same run, by dnsperf: answers per second and their latency, on servers and on agents that are none.
import { startConsul, startConsulClient } from './support/consul.mjs';
import { debianProgram } from './support/debian.mjs';
import { dnsLatencies, dnsRate, question } from './support/load.mjs';
import { pssMB } from './support/memory.mjs';
import { json, put, startShoal, startShoalClient, until } from './support/shoal.mjs';
import { besides, perSecond } from './support/table.mjs';
import { inTurn } from './support/turns.mjs';

const ROUNDS = 3;
const SECONDS = 2;
/** Latencies are told at this rate. */
const STEADY = 5_000;
const [A, SRV] = [1, 33];

/** What is asked, what was recorded of Consul, and what we want. */
const QUESTIONS = [
  { what: 'SRV, 3 instances', name: 'web.service.consul', type: SRV, recorded: 29_000, target: 3 },
  { what: 'SRV, 60 instances, by EDNS', name: 'many.service.consul', type: SRV, flags: ['-e'] },
  { what: 'A, 3 instances', name: 'web.service.consul', type: A },
  { what: 'a name that is not there', name: 'none.service.consul', type: A },
  { what: 'a node', name: 'n1.node.consul', type: A },
];

export async function* bench() {
  const dnsperf = debianProgram('dnsperf');
  if (!dnsperf) throw new Error('dnsperf is missing: apt-get install dnsperf');
  const shoal = await startShoal();
  const consul = await startConsul();
  const servers = consul ? [shoal, consul] : [shoal];
  for (const agent of servers) await fill(agent.consul);
  const idle = pssMB(shoal.pid);
  yield* rows('server', servers, dnsperf, ROUNDS);
  yield { what: 'memory of the server before and after (PSS)', ours: `${mb(idle)}, ${mb(pssMB(shoal.pid))}` };
  const clients = [await startShoalClient(shoal), ...(consul ? [await startConsulClient(consul)] : [])];
  for (const agent of clients) await until('the client knows it', () => knows(agent.consul));
  yield* rows('client', clients, dnsperf, 1);
  yield growth(shoal, dnsperf);
  for (const agent of [...clients, ...servers]) await agent.stop();
}

async function* rows(role, agents, dnsperf, rounds) {
  for (const { what, name, type, flags = [], recorded, target } of QUESTIONS) {
    const asked = `${name} ${type === SRV ? 'SRV' : 'A'}`;
    const [ours, peer] = await inTurn(agents, rounds, async (agent) => {
      const most = await dnsRate(dnsperf, agent, asked, { seconds: SECONDS, flags });
      const steady = dnsRate(dnsperf, agent, asked, { seconds: SECONDS, flags: [...flags, '-Q', String(STEADY)] });
      const latencies = await dnsLatencies(agent, question(name, type), SECONDS / 2);
      await steady;
      return { ...most, ...latencies };
    });
    const isJudged = role === 'server';
    yield {
      ...besides({
        what: `DNS on a ${role}: ${what}`,
        ours: ours.rate,
        peer: peer?.rate,
        name: 'Consul',
        recorded,
        target: isJudged ? target : undefined,
        reason:
          peer &&
          `an answer costs ${(ours.cpu / peer.cpu).toFixed(2)} × Consul's CPU, but an agent of ours uses one processor and Consul every one`,
      }),
      ours: shown(ours),
      ...(peer && { peer: `Consul ${shown(peer)}` }),
      figures: { ours, peer },
    };
  }
}

function shown({ rate, cpu, p50, p99 }) {
  return `${perSecond(rate)}, ${cpu.toFixed(1)} µs of CPU each; at 5,000/s p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
}

/** CPU per answer with ever more services in the catalog. */
async function growth(shoal, dnsperf) {
  const points = [];
  let known = 0;
  for (const services of [100, 1_000, 10_000]) {
    for (; known < services; known += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, at) => put(...registration(shoal.consul, `other-${known + at}`, 1))),
      );
    const [{ cpu }] = await inTurn([shoal], ROUNDS, (agent) =>
      dnsRate(dnsperf, agent, 'web.service.consul SRV', { seconds: SECONDS }),
    );
    points.push([services, cpu]);
  }
  return { what: 'a DNS answer', of: 'services in the catalog', unit: 'µs', points };
}

async function fill(consul) {
  for (let at = 1; at <= 60; at += 1) await put(...registration(consul, 'many', at));
  for (let at = 1; at <= 3; at += 1) await put(...registration(consul, 'web', at));
}

function registration(consul, name, at) {
  const Service = { Service: name, Port: 8000 + at };
  return [`${consul}/v1/catalog/register`, { Node: `n${at}`, Address: `10.0.0.${at}`, Service }];
}

async function knows(consul) {
  return (await json(`${consul}/v1/health/service/many`)).length === 60;
}

function mb(megabytes) {
  return `${megabytes.toFixed(0)} MB`;
}
