import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { until } from '../support/until.ts';

test('what the configuration restricts and sets holds in the APIs', { timeout: 90_000 }, async () => {
  const agent = await testAgent({
    config: `
tagged_addresses {
  public = "203.0.113.7"
}
session_ttl_min      = "20s"
discard_check_output = true
http {
  block_endpoints       = ["/v1/event/"]
  allow_write_http_from = ["127.0.0.2/32", "::1/128"]
  max_header_bytes      = 4000
  max_query_time        = "50ms"
}
server {
  job_tracked_versions = 2
  default_scheduler_config {
    scheduler_algorithm = "spread"
    preemption_config {
      batch_scheduler_enabled = true
    }
  }
  search {
    min_term_length = 4
  }
}
client {
  alloc_dir     = "allocations"
  disk_free_mb  = 12345
  network_speed = 77
}
`,
  });
  const read = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>;
  const consul = (path: string, init?: RequestInit) => fetch(`${agent.consulUrl}${path}`, init);

  const blocked = await consul('/v1/event/list');
  expect([blocked.status, await blocked.text()]).toEqual([403, expect.stringContaining('block_endpoints')]);
  const written = await consul('/v1/kv/x', { method: 'PUT', body: 'y' });
  expect([written.status, await written.text()]).toEqual([403, expect.stringContaining('127.0.0.1 only read')]);
  expect((await consul('/v1/kv/?keys')).status).toBe(404);
  expect((await consul('/v1/status/leader', { headers: { 'x-long': 'x'.repeat(5_000) } })).status).toBe(431);

  const begun = performance.now();
  const services = await consul('/v1/catalog/services');
  await consul(`/v1/catalog/services?wait=30s&index=${services.headers.get('x-consul-index')}`);
  expect(performance.now() - begun).toBeLessThan(20_000);

  const self = await read<{ TaggedAddresses: Record<string, string> }[]>(`${agent.consulUrl}/v1/catalog/nodes`);
  expect(self[0]?.TaggedAddresses).toMatchObject({ lan: '127.0.0.1', public: '203.0.113.7' });

  const scheduler = await read<{ SchedulerConfig: object }>(`${agent.nomadUrl}/v1/operator/scheduler/configuration`);
  expect(scheduler.SchedulerConfig).toMatchObject({
    SchedulerAlgorithm: 'spread',
    PreemptionConfig: { BatchSchedulerEnabled: true, ServiceSchedulerEnabled: false },
  });
  const search = await fetch(`${agent.nomadUrl}/v1/search/fuzzy`, { method: 'POST', body: '{"Text":"abc"}' });
  expect([search.status, await search.text()]).toEqual([400, expect.stringContaining('at least 4 characters')]);

  const [listed] = await read<{ ID: string }[]>(`${agent.nomadUrl}/v1/nodes`);
  const node = await read<{ NodeResources: { Disk: object; Networks: object[] } }>(
    `${agent.nomadUrl}/v1/node/${listed?.ID}`,
  );
  expect(node.NodeResources.Disk).toMatchObject({ DiskMB: 12345 });
  expect(node.NodeResources.Networks[0]).toMatchObject({ MBits: 77 });

  // Versions that something runs of are kept: this one is not placed.
  for (const n of [1, 2, 3, 4]) await agent.run(job('waits', n, 'none'));
  const { Versions } = await read<{ Versions: { Version: number }[] }>(`${agent.nomadUrl}/v1/job/waits/versions`);
  expect(Versions.map(({ Version }) => Version)).toEqual([3, 2]);

  await agent.run(job('runs', 1, 'linux'));
  const folders = () => readdir(join(agent.folder, 'allocations')).catch(() => []);
  await until('the folder of allocations has one', async () => (await folders()).length > 0);
});

const job = (name: string, n: number, kernel: string) => `job "${name}" {
  datacenters = ["dc1"]
  type        = "batch"
  constraint {
    attribute = "\${attr.kernel.name}"
    value     = "${kernel}"
  }
  group "g" {
    task "t" {
      driver = "raw_exec"
      config {
        command = "true"
      }
      env {
        N = "${n}"
      }
    }
  }
}`;
