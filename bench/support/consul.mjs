// A real Consul beside us, in the same run.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerConsul } from './debian.mjs';
import { freePort, json, until } from './shoal.mjs';

/** `consul agent -dev` on free ports; undefined where no Consul can be had. */
export async function startConsul() {
  const agent = await start(['-dev', '-node=server']);
  if (agent) await until('Consul has a leader', async () => (await json(`${agent.consul}/v1/status/leader`)) !== '');
  return agent;
}

/** A server that keeps its data on the disk, as Consul does outside of `-dev`. */
export async function startDurableConsul() {
  const agent = await start(['-server', '-bootstrap-expect=1', '-node=server']);
  if (agent) await until('Consul has a leader', async () => (await json(`${agent.consul}/v1/status/leader`)) !== '');
  return agent;
}

/** An agent without the server role, joined to that server. */
export async function startConsulClient({ serfPort }) {
  const agent = await start(['-node=client', `-retry-join=127.0.0.1:${serfPort}`, '-retry-interval=1s']);
  await until('the client knows a leader', async () => (await json(`${agent.consul}/v1/status/leader`)) !== '');
  return agent;
}

async function start(flags) {
  const binary = peerConsul();
  if (!binary) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-consul-'));
  const [http, dns, serfLan, serfWan, server] = await Promise.all([1, 2, 3, 4, 5].map(() => freePort()));
  writeFileSync(join(dir, 'limits.json'), JSON.stringify({ limits: { http_max_conns_per_client: 10_000 } }));
  const ports = [
    `-http-port=${http}`,
    `-dns-port=${dns}`,
    `-serf-lan-port=${serfLan}`,
    `-serf-wan-port=${serfWan}`,
    `-server-port=${server}`,
    '-grpc-port=-1',
  ];
  const where = ['-bind=127.0.0.1', `-config-dir=${dir}`, `-data-dir=${join(dir, 'data')}`];
  const child = spawn(binary, ['agent', '-log-level=err', ...where, ...ports, ...flags], { stdio: 'ignore' });
  return {
    name: 'Consul',
    pid: child.pid,
    consul: `http://127.0.0.1:${http}`,
    dnsPort: dns,
    serfPort: serfLan,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
