import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goldenFolder } from '../../support/golden.ts';
import { type ConsulAgent, startConsulAgent } from './consul-agent.ts';

/** Scenarios of the real Consul that must be equal. */
const SCENARIOS = [
  'kv-basics',
  'kv-cas',
  'kv-encoding',
  'kv-recurse-keys',
  'blocking-kv',
  'blocking-health',
  'catalog-register',
  'catalog-service',
  'health-service',
  'status-basics',
  'agent-self',
  'agent-service-register',
  'agent-service-checks',
  'agent-service-errors',
  'agent-check-register',
  'agent-check-ttl',
  'agent-filter',
  'agent-maintenance',
  'acl-disabled',
  'operator-raft',
  'txn-basics',
  'txn-rollback',
  'kv-lock',
  'query-crud',
  'event-basics',
  'coordinate-shape',
  'consistency-modes',
  'session-lifecycle',
  'session-options',
  'session-release',
  'http-errors',
];

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsulAgent();
});
afterAll(() => agent.stop());

describe("the recordings of Consul's API", () => {
  // One process for all: the scenarios use names of their own.
  test('answer as recorded', { timeout: 120_000 }, async () => {
    const { code, output } = await replay(SCENARIOS);
    expect(output).toContain(`consul: ${SCENARIOS.length} of ${SCENARIOS.length} scenarios equal`);
    expect(code, output).toBe(0);
    expect(agent.failures).toEqual([]);
  });
});

function replay(names: readonly string[]): Promise<{ code: number; output: string }> {
  const script = `${goldenFolder('consul')}/replay.mjs`;
  return new Promise((resolve) => {
    const args = [script, '--http', agent.url, '--only', names.join(',')];
    execFile(process.execPath, args, { maxBuffer: 16 * 1024 ** 2 }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout }),
    );
  });
}
