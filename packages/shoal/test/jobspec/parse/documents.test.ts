import { formatDiagnostic } from '@shoal/hcl';
import { describe, expect, test } from 'vitest';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';

/** The job of a user's write-up, as they published it. */
const FRONTSERVE = `job "frontserve" {
  datacenters = ["dc1"]
  type = "service"

  update {
    max_parallel     = 1
    health_check     = "checks"
    min_healthy_time = "20s"
    healthy_deadline = "10m"
    auto_revert      = true
    canary           = 1
    stagger          = "30s"
  }

  group "frontserve" {
    count = 2
    restart {
      attempts = 1
      delay    = "10s"
      interval = "1m"
      mode     = "fail"
    }
    ephemeral_disk {
      size = 300
    }
    task "start" {
      resources {
        cpu    = 500
        memory = 100
        network {
          mbits = 100
          port "server" {}
        }
      }
      driver = "raw_exec"

      config {
        command = "frontserve.linux.amd64"
      }

      artifact = {
        source = "https://binaries.nyc3.digitaloceanspaces.com/frontserve.linux.amd64"
      }
    }
  }
}
`;

const parse = (source: string) => parseJob(source, { filename: 'frontserve.nomad' });

test('an artifact that is written as an argument is answered with what to write', () => {
  const { job, diagnostics } = parse(FRONTSERVE);
  expect(job).toBeUndefined();
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]?.range?.start).toMatchObject({ line: 41, column: 7 });
  const shown = formatDiagnostic(diagnostics[0] as never, FRONTSERVE);
  expect(shown).toContain('artifact = {');
  expect(shown).toMatch(/artifact is a block: remove the =/);
});

test('without that =, the job is read', () => {
  const { job, diagnostics } = parse(FRONTSERVE.replace('artifact = {', 'artifact {'));
  expect(diagnostics).toEqual([]);
  const task = job?.TaskGroups?.[0]?.Tasks?.[0];
  expect(task?.Resources?.Networks?.[0]).toMatchObject({
    MBits: 100,
    ReservedPorts: null,
    DynamicPorts: [{ Label: 'server', Value: 0, To: 0, HostNetwork: '' }],
  });
  expect(task?.Artifacts?.[0]?.GetterSource).toMatch(/frontserve\.linux\.amd64$/);
});

describe("fragments of another user's notes", () => {
  test('distinct hosts and a host volume', () => {
    const { job, diagnostics } = parse(`job "crate" {
  group "crate" {

    count = 2

    volume "crate-config" {
      type = "host"
      read_only = false
      source = "crate-config"
    }
  constraint {
  operator  = "distinct_hosts"
  value     = "true"
}
    task "crate" {
      driver = "docker"
      resources {
        memory = 20
        cpu = 20
      }
    }
  }
}
`);
    expect(diagnostics).toEqual([]);
    const group = job?.TaskGroups?.[0];
    expect(group?.Volumes?.['crate-config']).toMatchObject({ Type: 'host', Source: 'crate-config', ReadOnly: false });
    expect(group?.Constraints).toEqual([{ LTarget: '', RTarget: 'true', Operand: 'distinct_hosts' }]);
  });
});
