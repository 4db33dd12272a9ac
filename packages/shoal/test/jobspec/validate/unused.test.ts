import { expect, test } from 'vitest';
import { canonicalJob } from '../../../src/jobspec/canonicalize.ts';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';
import { diagnose } from '../../../src/jobspec/validate/diagnose.ts';

const SOURCE = `job "a" {
  datacenters = ["*"]
  group "g" {
    max_client_disconnect      = "1h"
    prevent_reschedule_on_lost = true
    disconnect {
      stop_on_client_after = "1m"
      replace              = false
    }
    task "t" {
      driver = "raw_exec"
      config {
        command = "x"
      }
      vault {}
      identity {
        env = true
      }
      action "x" {
        command = "y"
      }
      resources {
        cores = 2
      }
      logs {
        disabled = true
      }
    }
  }
}
`;

test('what is kept without effect is told at its place', () => {
  const { job, placeOf, diagnostics } = parseJob(SOURCE, { filename: 'f' });
  if (!job) throw new Error(JSON.stringify(diagnostics));
  const warnings = diagnose(canonicalJob(job), placeOf).filter(({ severity }) => severity === 'warning');
  expect(warnings.map(({ range, summary }) => `${range?.start.line} ${summary}`).sort()).toEqual([
    '15 vault blocks are kept, but have no effect in Shoal',
    '16 identity blocks are kept, but have no effect in Shoal',
    '23 cores is kept, but has no effect in Shoal',
    '26 disabled of logs is kept, but has no effect in Shoal',
    '4 max_client_disconnect is kept, but has no effect in Shoal',
    '5 prevent_reschedule_on_lost is kept, but has no effect in Shoal',
    '8 replace of disconnect is kept, but has no effect in Shoal',
  ]);
});
