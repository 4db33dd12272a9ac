// A real Consul beside us, in the same run.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerConsul } from './debian.mjs';
import { freePort, json, until } from './shoal.mjs';

/** `consul agent -dev` on free ports; undefined where no Consul can be had. */
export async function startConsul() {
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
  const child = spawn(binary, ['agent', '-dev', '-log-level=err', '-bind=127.0.0.1', `-config-dir=${dir}`, ...ports], {
    stdio: 'ignore',
  });
  const consul = `http://127.0.0.1:${http}`;
  await until('Consul has a leader', async () => (await json(`${consul}/v1/status/leader`)) !== '');
  return {
    pid: child.pid,
    consul,
    dnsPort: dns,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
