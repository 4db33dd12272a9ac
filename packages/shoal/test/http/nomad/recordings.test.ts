import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../../support/agent.ts';
import { goldenFolder } from '../../support/golden.ts';

/** Everything that this agent answers as the recorded one did. A name that fails is a regression. */
const SCENARIOS = [
  'agent-metrics',
  'agent-self',
  'blocking-job-and-allocations',
  'blocking-timeouts',
  'client-allocation-stats',
  'client-fs',
  'client-logs',
  'client-restart',
  'deployments-auto-revert',
  'deployments-canary-promote',
  'deployments-errors',
  'errors-allocation-ids',
  'errors-endpoints-methods',
  'evals-list',
  'events-job-run',
  'jobs-allocations-evaluations',
  'jobs-count-down',
  'jobs-defaults-service',
  'jobs-defaults-system',
  'jobs-deployments',
  'jobs-dispatch',
  'jobs-enforce-index',
  'jobs-list-prefix',
  'jobs-parse',
  'jobs-periodic-force',
  'jobs-plan-change',
  'jobs-plan-new',
  'jobs-register-errors-1',
  'jobs-register-errors-3',
  'jobs-register-read',
  'jobs-scale',
  'jobs-search',
  'jobs-update-rolling',
  'jobs-validate',
  'jobs-versions',
  'nodes-allocations',
  'nodes-drain',
  'nodes-list-read',
  'operator-acl-disabled',
  'operator-namespaces',
  'operator-raft-configuration',
  'operator-scheduler-configuration',
  'placement-blocked-then-freed',
  'placement-constraint-filtered',
  'placement-disk-exhausted',
  'placement-distinct-hosts',
  'placement-driver-missing',
  'placement-memory-exhausted',
  'placement-ports',
  'placement-scores',
  'placement-unknown-datacenter',
  'tasks-artifact',
  'tasks-batch-complete',
  'tasks-driver-failure',
  'tasks-environment',
  'tasks-failing-restarts',
  'tasks-kill-signal-timeout',
  'tasks-reschedule',
  'tasks-system-job',
  'tasks-template',
];

/** The scenarios' waits are given so many times their length: other tests run at the same time. */
const PATIENCE = 4;
const MINUTE = 60_000;

let agent: TestAgent | undefined;
let report: Map<string, string>;

beforeAll(async () => {
  // The recordings know dynamic ports by their numbers.
  const ports = 'client {\n  min_dynamic_port = 20000\n  max_dynamic_port = 32000\n}';
  agent = await prepareAgent({ dev: true, config: ports });
  await agent.start();
  report = await replay(agent.nomadUrl);
}, 10 * MINUTE);
afterAll(() => agent?.dispose(), MINUTE);

describe("the recordings of Nomad's API", () => {
  test.each(SCENARIOS)('%s', (name) => {
    expect(report.get(name) ?? 'not replayed').toMatch(/^ok /);
  });

  test('leave no error in the log', () => {
    const errors = (agent?.log() ?? '').split('\n').filter((line) => /"level":"error"| error /.test(line));
    expect(errors).toEqual([]);
  });
});

/** By scenario: its line of the replay's report, with those of its differences. One process for all: they are not made to run side by side. */
function replay(url: string): Promise<Map<string, string>> {
  const args = ['--http', url, '--only', SCENARIOS.join(','), '--patience', String(PATIENCE)];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [`${goldenFolder('nomad')}/replay.mjs`, ...args],
      { maxBuffer: 64 * 1024 ** 2 },
      (_failed, output) => resolve(byScenario(output)),
    );
  });
}

function byScenario(output: string): Map<string, string> {
  const parts = output.split(/^(?=ok {3}|FAIL )/m);
  return new Map(parts.map((part) => [/^\S+ +(\S+)/.exec(part)?.[1] ?? '', part]));
}
