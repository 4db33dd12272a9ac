// Discovery beside a real Consul in the same run: DNS by dnsperf, HTTP by wrk. Both serve three passing instances.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startConsul } from './support/consul.mjs';
import { debianProgram } from './support/debian.mjs';
import { json, startShoal } from './support/shoal.mjs';

const SECONDS = 5;

export async function bench() {
  const tools = { dnsperf: debianProgram('dnsperf'), wrk: debianProgram('wrk') };
  const shoal = await startShoal();
  const consul = await startConsul();
  const agents = [shoal, ...(consul ? [consul] : [])];
  try {
    for (const agent of agents) await fill(agent);
    // In turn, twice, so that a change of the machine's mood meets both; the better run counts.
    const measured = agents.map(() => ({}));
    for (let round = 0; round < 2; round += 1)
      for (const [at, agent] of agents.entries())
        for (const [name, rate] of Object.entries(measure(agent, tools)))
          measured[at][name] = Math.max(measured[at][name] ?? 0, rate);
    return rows(measured[0], measured[1]);
  } finally {
    for (const agent of agents) await agent.stop();
  }
}

async function fill(agent) {
  for (const [i, port] of [8001, 8002, 8003].entries()) {
    const body = JSON.stringify({ ID: `web-${i}`, Name: 'web', Port: port, Address: `10.0.0.${i + 1}` });
    const answer = await fetch(`${agent.consul}/v1/agent/service/register`, { method: 'PUT', body });
    if (!answer.ok) throw new Error(await answer.text());
  }
  await json(`${agent.consul}/v1/kv/bench/key`, { method: 'PUT', body: 'value' });
}

function measure(agent, { dnsperf, wrk }) {
  return {
    ...(dnsperf && {
      srv: dnsRate(dnsperf, agent, 'web.service.consul SRV'),
      a: dnsRate(dnsperf, agent, 'web.service.consul A'),
      nxdomain: dnsRate(dnsperf, agent, 'none.service.consul A'),
    }),
    ...(wrk && {
      health: httpRate(wrk, `${agent.consul}/v1/health/service/web?passing`),
      get: httpRate(wrk, `${agent.consul}/v1/kv/bench/key`),
      put: httpRate(wrk, `${agent.consul}/v1/kv/bench/key`, PUT_SCRIPT),
    }),
  };
}

const PUT_SCRIPT = 'wrk.method = "PUT"\nwrk.body = "value"\n';

function dnsRate(dnsperf, { dnsPort }, question) {
  const file = join(tmpdir(), 'shoal-bench-questions');
  writeFileSync(file, `${question}\n`);
  const output = execFileSync(
    dnsperf,
    ['-s', '127.0.0.1', '-p', String(dnsPort), '-d', file, '-l', String(SECONDS), '-c', '8', '-q', '200'],
    { encoding: 'utf8' },
  );
  return Number(/Queries per second:\s+([\d.]+)/.exec(output)[1]);
}

function httpRate(wrk, url, script) {
  const file = join(tmpdir(), 'shoal-bench-wrk.lua');
  if (script) writeFileSync(file, script);
  const output = execFileSync(wrk, ['-t1', '-c64', `-d${SECONDS}s`, ...(script ? ['-s', file] : []), url], {
    encoding: 'utf8',
  });
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]);
}

const ROWS = [
  ['srv', 'DNS SRV answers, 3 instances', 3, 29_000],
  ['a', 'DNS A answers, 3 instances', undefined, undefined],
  ['nxdomain', 'DNS NXDOMAIN', undefined, undefined],
  ['health', '`GET /v1/health/service/x?passing`', 2, 10_500],
  ['get', '`GET /v1/kv/x`', 1, 35_700],
  ['put', '`PUT /v1/kv/x` (durable; Consul in memory)', 1, 18_700],
];

function rows(ours, peer) {
  return ROWS.filter(([name]) => ours[name] !== undefined).map(([name, what, target, recorded]) => {
    const beside = peer?.[name] ?? recorded;
    const ratio = beside === undefined ? undefined : ours[name] / beside;
    return {
      what,
      ours: `${Math.round(ours[name]).toLocaleString('en')}/s`,
      peer:
        beside === undefined ? '' : `Consul ${Math.round(beside).toLocaleString('en')}/s${peer ? '' : ' (recorded)'}`,
      ratio: ratio === undefined ? '' : `${ratio.toFixed(2)} ×`,
      target: target === undefined ? '' : `${target} ×`,
      met: target === undefined || ratio === undefined ? undefined : ratio >= target,
    };
  });
}
