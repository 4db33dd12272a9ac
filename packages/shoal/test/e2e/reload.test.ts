import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { askDns } from '../support/dns-client.ts';
import { until } from '../support/until.ts';

/** What an agent takes of a configuration that it reads again at SIGHUP, and what it says of the rest. */

let agent: TestAgent;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-reload-'));
  for (const form of ['consul', 'nomad'] as const) await writeFile(fileOf(form), '');
  agent = await prepareAgent({ configs: [fileOf('consul'), fileOf('nomad')] });
  await agent.start();
});

afterAll(async () => {
  await agent?.dispose();
  await rm(folder, { recursive: true, force: true });
});

type Case = {
  readonly name: string;
  readonly form: 'consul' | 'nomad';
  readonly text: string;
  /** What can be seen of it. */
  readonly look: () => Promise<unknown>;
  readonly before: unknown;
  readonly after: unknown;
};

const cases: Case[] = [
  {
    name: 'the log level',
    form: 'consul',
    text: 'log_level = "debug"',
    look: async () => /"level":"debug"/.test(agent.log()),
    before: false,
    after: true,
  },
  {
    name: "DNS' settings, also for answers that were kept",
    form: 'consul',
    text: 'dns_config { node_ttl = "33s" }',
    look: async () => (await askDns(agent.ports.dns, { name: `${await nodeName()}.node.consul` })).answer[0]?.ttl,
    before: 0,
    after: 33,
  },
  {
    name: 'headers of answers, also of those that were kept',
    form: 'consul',
    text: 'http_config { response_headers { X-Reloaded = "yes" } }',
    look: async () => [await headerOf(agent.consulUrl), await headerOf(agent.nomadUrl)],
    before: [null, null],
    after: ['yes', 'yes'],
  },
  {
    name: 'metrics for Prometheus',
    form: 'consul',
    text: 'telemetry { prometheus_retention_time = "1m" }',
    look: async () => (await fetch(`${agent.consulUrl}/v1/agent/metrics?format=prometheus`)).status,
    before: 415,
    after: 200,
  },
  {
    name: 'other datacenters',
    form: 'consul',
    text: 'remote_datacenter "dc2" { addresses = ["127.0.0.1:1"] }',
    look: async () => (await fetch(`${agent.consulUrl}/v1/catalog/datacenters`)).json(),
    before: ['dc1'],
    after: ['dc1', 'dc2'],
  },
  {
    name: "the node's metadata in the catalog",
    form: 'consul',
    text: 'node_meta { rack = "r2" }',
    look: async () => (await catalogNode())?.Meta['rack'],
    before: undefined,
    after: 'r2',
  },
  {
    name: 'services of files',
    form: 'consul',
    text: 'service { name = "from-file"  port = 7 }',
    look: async () => (await agent.consul.healthService('from-file')).value.map(({ Service }) => Service.Port),
    before: [],
    after: [7],
  },
  {
    name: "a client's metadata, class and reserve",
    form: 'nomad',
    text: 'client {\n  node_class = "big"\n  meta { zone = "z1" }\n  reserved { memory = 123 }\n}',
    look: async () => {
      const [node] = (await agent.nomad.nodes.list()).value;
      const { value } = await agent.nomad.nodes.read(node?.ID ?? '');
      return [value?.NodeClass, value?.Meta?.['zone'], value?.ReservedResources?.Memory.MemoryMB];
    },
    before: ['', undefined, 0],
    after: ['big', 'z1', 123],
  },
];

describe('an agent that reads its configuration again', { timeout: 60_000 }, () => {
  test.each(cases)('takes $name, and gives it back', async ({ form, text, look, before, after }) => {
    const seen = async (what: string, want: unknown) =>
      until(what, async () => JSON.stringify(await look()) === JSON.stringify(want));
    await seen('it is as it was', before);
    await readAgain(form, text);
    await seen('it is in force', after);
    await readAgain(form, '');
    if (form === 'consul' && text.startsWith('log_level')) return;
    await seen('it is as it was again', before);
  });

  test('names what needs a restart, and leaves it as it was', async () => {
    const { length } = agent.log();
    await readAgain('consul', 'datacenter = "dc2"\ndomain = "example"\nlog_level = "warn"');
    const said = agent.log().slice(length);
    expect(said).toMatch(/"level":"warn".*config: datacenter dc1 → dc2, needs a restart of the agent/);
    expect(said).toMatch(/"level":"warn".*config: dns\.domain consul → example, needs a restart of the agent/);
    expect((await catalogNode())?.Datacenter).toBe('dc1');
    await readAgain('consul', '');
  });

  test('takes nothing of one that is wrong, and says where', async () => {
    const { length } = agent.log();
    await writeFile(fileOf('consul'), 'log_level = "debug"\nrecursors = [');
    process.kill(agent.pid(), 'SIGHUP');
    await until('it says so', () => agent.log().slice(length).includes('is wrong and was not taken'));
    expect(agent.log().slice(length)).toContain('consul.hcl:2');
    expect(agent.log().slice(length)).not.toContain('in force now');
    await readAgain('consul', '');
  });
});

function fileOf(form: 'consul' | 'nomad'): string {
  return join(folder, `${form}.hcl`);
}

/** Resolves when the agent has said what it makes of it. */
async function readAgain(form: 'consul' | 'nomad', text: string): Promise<void> {
  await writeFile(fileOf(form), text);
  const { length } = agent.log();
  process.kill(agent.pid(), 'SIGHUP');
  await until('it was read again', () =>
    /in force now|needs a restart|nothing has changed/.test(agent.log().slice(length)),
  );
}

async function nodeName(): Promise<string> {
  return (await catalogNode())?.Node ?? '';
}

type CatalogNode = { Node: string; Datacenter: string; Meta: Record<string, string> };

async function catalogNode(): Promise<CatalogNode | undefined> {
  const answer = await fetch(`${agent.consulUrl}/v1/catalog/nodes`);
  return ((await answer.json()) as CatalogNode[])[0];
}

async function headerOf(url: string): Promise<string | null> {
  const path = url === agent.consulUrl ? '/v1/catalog/nodes' : '/v1/nodes';
  return (await fetch(`${url}${path}`)).headers.get('x-reloaded');
}
