import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Agent, startAgent } from '../../src/agent/agent.ts';
import { loadConfig, systemEnvironment } from '../../src/config/load.ts';
import { silentLog } from '../../src/log.ts';
import { CONSUL_API_VERSION } from '../../src/version.ts';
import { goldenFolder, goldenJson, goldenNames } from '../support/golden.ts';
import { takePortBlock } from '../support/port-block.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Scenarios of the real Consul that are equal on an assembled agent, over HTTP and DNS. Those with a need run on an agent with that configuration. */
const SCENARIOS = [
  'acl-disabled',
  'agent-check-register',
  'agent-check-ttl',
  'agent-filter',
  'agent-maintenance',
  'agent-self',
  'agent-service-checks',
  'agent-service-errors',
  'agent-service-register',
  'blocking-health',
  'blocking-kv',
  'catalog-register',
  'catalog-service',
  'consistency-modes',
  'coordinate-shape',
  'dns-cname',
  'dns-node',
  'dns-rfc2782',
  'dns-service',
  'dns-soa-ns-ptr',
  'dns-truncation',
  'event-basics',
  'health-service',
  'http-errors',
  'kv-basics',
  'kv-cas',
  'kv-encoding',
  'kv-lock',
  'kv-recurse-keys',
  'operator-raft',
  'query-crud',
  'session-lifecycle',
  'session-options',
  'session-release',
  'status-basics',
  'txn-basics',
  'txn-rollback',
];
const WITH_NEEDS = ['dns-domain', 'dns-ttl'];

test('no recorded scenario is left out', () => {
  const recorded = goldenNames('.golden.json', 'consul');
  expect([...SCENARIOS, ...WITH_NEEDS].sort()).toEqual(recorded);
});

test('the agent answers as recorded', { timeout: 180_000 }, async () => {
  const agent = await started({});
  const { code, output } = await replay(agent, ['--only', SCENARIOS.join(',')]);
  expect(output).toContain(`consul: ${SCENARIOS.length} of ${SCENARIOS.length} scenarios equal`);
  expect(code, output).toBe(0);
});

test.each(WITH_NEEDS)('%s, with the configuration that it needs', { timeout: 60_000 }, async (name) => {
  const { needs } = goldenJson('consul', `${name}.json`) as { needs: { config: object } };
  const { code, output } = await replay(await started(needs.config), ['--with', name]);
  expect(output).toContain('consul: 1 of 1 scenarios equal');
  expect(code, output).toBe(0);
});

test('agent/version, which the recorded Consul does not have, is there where it is asked for', async () => {
  const agent = await started({}, 'http { agent_version = true }');
  const answer = await fetch(`http://127.0.0.1:${agent.serves.consulHttp[0]?.port}/v1/agent/version`);
  const { BuildDate, ...rest } = (await answer.json()) as Record<string, string>;
  expect(rest).toEqual({ SHA: '', HumanVersion: CONSUL_API_VERSION, FIPS: '' });
  expect(Date.parse(BuildDate ?? '')).toBeLessThan(Date.now());
});

/** An agent of this process, put together as the program does it, with ports of its own. */
async function started(config: object, inOwnForm = ''): Promise<Agent> {
  const block = await takePortBlock();
  onTestFinished(() => block.release());
  const [http, consulHttp, dns, rpc] = block.own;
  const dir = await tempDir();
  const [path, own] = [join(dir, 'consul.json'), join(dir, 'shoal.hcl')];
  await writeFile(own, inOwnForm);
  await writeFile(path, JSON.stringify({ ...config, server: true, ports: { http: consulHttp, dns, server: rpc } }));
  const { config: whole, diagnostics } = await loadConfig({
    paths: [path, own],
    flags: { dataDir: await tempDir(), httpPort: http as number, bind: '127.0.0.1', logLevel: 'error' },
    env: await systemEnvironment(),
  });
  if (!whole) throw new Error(diagnostics.map(({ summary }) => summary).join('\n'));
  const agent = await startAgent({ config: whole, log: silentLog });
  onTestFinished(() => agent.stop({ tasks: 'stop' }));
  return agent;
}

function replay({ serves }: Agent, options: readonly string[]): Promise<{ code: number; output: string }> {
  const [http, dns] = [serves.consulHttp[0]?.port, serves.dns[0]?.port];
  const places = ['--http', `http://127.0.0.1:${http}`, '--dns', `127.0.0.1:${dns}`];
  return new Promise((resolve) => {
    const args = [`${goldenFolder('consul')}/replay.mjs`, ...places, ...options];
    execFile(process.execPath, args, { maxBuffer: 16 * 1024 ** 2 }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout }),
    );
  });
}
