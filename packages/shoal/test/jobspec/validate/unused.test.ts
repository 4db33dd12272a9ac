import { describe, expect, test } from 'vitest';
import { canonicalize, canonicalJob } from '../../../src/jobspec/canonicalize.ts';
import { parseJob } from '../../../src/jobspec/parse/parse-job.ts';
import { diagnose } from '../../../src/jobspec/validate/diagnose.ts';
import { located } from '../../../src/jobspec/validate/findings.ts';
import { unused } from '../../../src/jobspec/validate/unused.ts';

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
    '21 a task with a vault block does not start in Shoal: keep secrets in variables ("var put"), and read them with nomadVar in a template',
    '29 cores is kept, but has no effect in Shoal',
    '7 ignore_collision is kept, but has no effect in Shoal',
  ]);
});

describe('what is kept without effect says what to use instead, where there is something', () => {
  const cases: { name: string; job?: object; group?: object; task?: object; want: string }[] = [
    {
      name: 'multiregion',
      job: { Multiregion: { Regions: [{ Name: 'north' }] } },
      want: 'multiregion blocks are kept, but have no effect in Shoal: run the job in each region by itself',
    },
    {
      name: 'secret',
      task: { Secrets: [{ Name: 's', Provider: 'nomad', Path: 'p' }] },
      want: 'secret blocks are kept, but have no effect in Shoal: keep secrets in variables',
    },
    {
      name: 'a sidecar',
      group: { Services: [{ Name: 's', Connect: { SidecarService: {} } }] },
      want: 'connect blocks are kept, but have no effect in Shoal: tasks find services by DNS',
    },
    {
      name: 'the identity of a service',
      task: { Services: [{ Name: 's', Identity: { Audience: ['consul.io'] } }] },
      want: 'identity (of a service) blocks are kept, but have no effect in Shoal: the catalog takes services',
    },
    {
      name: 'a CSI volume',
      group: { Volumes: { v: { Type: 'csi', Source: 'v' } } },
      want: 'volume (of type csi) blocks are kept, but have no effect in Shoal: use a volume of type host',
    },
    {
      name: 'a CSI plugin',
      task: { CSIPluginConfig: { ID: 'p', Type: 'node' } },
      want: 'csi_plugin blocks are kept, but have no effect in Shoal: use a volume of type host',
    },
    {
      name: 'another partition of Consul',
      group: { Consul: { Partition: 'prod' } },
      want: 'partition of consul is kept, but has no effect in Shoal: a cluster has one catalog',
    },
    {
      name: 'another Consul for one task',
      task: { Consul: { Cluster: 'east' } },
      want: 'cluster of consul is kept, but has no effect in Shoal: a cluster has one catalog',
    },
    {
      name: 'a label of SELinux',
      task: { VolumeMounts: [{ Volume: 'v', Destination: '/v', SELinuxLabel: 'z' }] },
      want: 'selinux_label of volume_mount is kept, but has no effect in Shoal',
    },
  ];
  test.each(cases)('$name', ({ job = {}, group = {}, task = {}, want }) => {
    const tasks = [{ Name: 't', Driver: 'raw_exec', ...task }];
    const found = unused(canonicalize({ ID: 'j', TaskGroups: [{ Name: 'g', Tasks: tasks, ...group }], ...job }));
    expect(located(found).map(({ text }) => text)).toEqual([expect.stringContaining(want)]);
  });

  test('the Consul that everything is in anyway is no matter', () => {
    const consul = { Cluster: 'default', Namespace: '', Partition: 'default' };
    expect(unused(canonicalize({ ID: 'j', TaskGroups: [{ Name: 'g', Consul: consul }] }))).toEqual([]);
  });
});
