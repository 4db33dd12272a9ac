import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { httpInstance } from '../support/http-instance.ts';
import { debian11Program, freePort, startProgram, untilWith } from './program.ts';
import { deregisterService, registerService } from './register.ts';

// Prometheus finds its targets in the catalog (`consul_sd_configs`), and scrapes the agent itself.

const configuration = (consul: number, nomad: number) => `
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: catalog
    consul_sd_configs:
      - server: 127.0.0.1:${consul}
        tags: [metrics]
        refresh_interval: 500ms
    relabel_configs:
      - source_labels: [__meta_consul_service]
        target_label: service
      - source_labels: [__meta_consul_service_metadata_team]
        target_label: team
      - source_labels: [__meta_consul_health]
        target_label: health
  - job_name: agent
    metrics_path: /v1/metrics
    params: { format: [prometheus] }
    static_configs:
      - targets: [127.0.0.1:${nomad}]
`;

type Target = { labels: Record<string, string>; discoveredLabels: Record<string, string>; health: string };

test('targets come and go with the instances, with tags and metadata as labels', async () => {
  const agent = await testAgent({ dev: true });
  const port = await freePort();
  const config = join(agent.folder, 'prometheus.yml');
  await writeFile(config, configuration(agent.ports.consulHttp, agent.ports.http));
  const instance = async (id: string) => {
    const server = await httpInstance((_, response) => response.end('up_and_running 1\n'));
    await registerService(agent, {
      Name: 'app',
      ID: id,
      Port: server.port,
      Address: '127.0.0.1',
      Tags: ['metrics', 'v1'],
      Meta: { team: id },
    });
    return server;
  };
  await registerService(agent, { Name: 'untagged', Port: 1 });
  const first = await instance('app-1');

  const storage = join(agent.folder, 'prometheus');
  const prometheus = await startProgram(
    debian11Program('prometheus'),
    [`--config.file=${config}`, `--storage.tsdb.path=${storage}`, `--web.listen-address=127.0.0.1:${port}`],
    agent.folder,
  );
  const targets = async (): Promise<Target[]> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/targets?state=active`);
    return ((await answer.json()) as { data: { activeTargets: Target[] } }).data.activeTargets;
  };
  const of = async (job: string) =>
    (await targets()).filter(({ labels, health }) => labels['job'] === job && health === 'up');
  const catalogIs = (what: string, ports: number[]) =>
    untilWith(prometheus, what, async () => {
      const found = (await of('catalog')).map(({ labels }) => labels['instance']);
      return (
        found.sort().join() ===
        ports
          .map((one) => `127.0.0.1:${one}`)
          .sort()
          .join()
      );
    });

  await catalogIs('the first is scraped', [first.port]);
  expect(await of('catalog')).toMatchObject([
    {
      labels: { service: 'app', team: 'app-1', health: 'passing' },
      discoveredLabels: {
        __meta_consul_tags: ',metrics,v1,',
        __meta_consul_dc: 'dc1',
        __meta_consul_service_id: 'app-1',
      },
    },
  ]);
  const second = await instance('app-2');
  await deregisterService(agent, 'app-1');
  await catalogIs('one comes and one goes', [second.port]);
  await untilWith(prometheus, 'the agent is scraped', async () => (await of('agent')).length === 1);
}, 120_000);
