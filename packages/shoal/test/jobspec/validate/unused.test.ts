import { expect, test } from 'vitest';
import { canonicalJob } from '../../../src/jobspec/canonicalize.ts';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';
import { diagnose } from '../../../src/jobspec/validate/diagnose.ts';

const SOURCE = `job "a" {
  datacenters = ["*"]
  group "g" {
    network {
      port "p" {
        static           = 80
        ignore_collision = true
      }
    }
    volume "v" {
      type      = "host"
      source    = "v"
      per_alloc = true
      sticky    = true
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
    }
  }
}
`;

test('what is kept without effect is told at its place', () => {
  const { job, placeOf, diagnostics } = parseJob(SOURCE, { filename: 'f' });
  if (!job) throw new Error(JSON.stringify(diagnostics));
  const warnings = diagnose(canonicalJob(job), placeOf).filter(({ severity }) => severity === 'warning');
  expect(warnings.map(({ range, summary }) => `${range?.start.line} ${summary}`).sort()).toEqual([
    '13 per_alloc of a host volume is kept, but has no effect in Shoal',
    '14 sticky of a host volume is kept, but has no effect in Shoal',
    '21 vault blocks are kept, but have no effect in Shoal',
    '22 identity blocks are kept, but have no effect in Shoal',
    '29 cores is kept, but has no effect in Shoal',
    '7 ignore_collision is kept, but has no effect in Shoal',
  ]);
});
