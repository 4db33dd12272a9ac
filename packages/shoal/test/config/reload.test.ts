import { describe, expect, test } from 'vitest';
import type { AgentConfig } from '../../src/config/agent-config.ts';
import { describeReload, planReload, type ReloadPart } from '../../src/config/reload.ts';
import { load, shown } from './environment.ts';

async function configOf(given: string): Promise<AgentConfig> {
  const loaded = await load(`data_dir = "/d"\n${given}`);
  if (loaded.config === undefined) throw new Error(shown(loaded));
  return loaded.config;
}

const ALL = new Set<ReloadPart>(
  'log watches services dns http tls edge node telemetry datacenters'.split(' ') as ReloadPart[],
);

type Case = {
  name: string;
  before?: string;
  after?: string;
  can?: ReadonlySet<ReloadPart>;
  applied?: string[];
  needRestart?: string[];
  parts?: ReloadPart[];
};

const cases: Case[] = [
  { name: 'nothing', before: 'log_level = "info"', after: '# a comment\nlog_level = "info"' },
  { name: 'the log level', after: 'log_level = "debug"', applied: ['log.level'], parts: ['log'] },
  { name: 'the log file is open', after: 'log_file = "/var/log/shoal"', needRestart: ['log.file'] },
  {
    name: 'watches are one setting',
    before: 'watches = [{ type = "key"  key = "a"  args = ["true"] }]',
    after: 'watches = [{ type = "key"  key = "b"  args = ["true"] }]',
    applied: ['watches'],
    parts: ['watches'],
  },
  {
    name: 'services and checks of files',
    after: 'services { name = "web" }\nchecks { name = "c"  ttl = "10s" }',
    applied: ['services', 'checks'],
    parts: ['services'],
  },
  {
    name: 'dns, but for what is settled with the start',
    after: 'recursors = ["1.1.1.1"]\ndomain = "example"\ndns_config { node_ttl = "5s" }',
    applied: ['dns.nodeTtl', 'dns.recursors'],
    needRestart: ['dns.domain'],
    parts: ['dns'],
  },
  {
    name: 'response headers are one setting',
    before: 'http_config { response_headers { X-A = "1" } }',
    after: 'http_config { response_headers { X-B = "1" } }',
    applied: ['http.responseHeaders'],
    parts: ['http'],
  },
  {
    name: 'other datacenters are one setting',
    before: 'remote_datacenter "dc2" { addresses = ["10.0.0.5"] }',
    after: 'remote_datacenter "dc2" {\n  addresses = ["10.0.0.5"]\n  token = "t"\n}',
    applied: ['remoteDatacenters'],
    parts: ['datacenters'],
  },
  { name: 'a datacenter', after: 'datacenter = "dc2"', needRestart: ['datacenter'] },
  { name: 'a port', after: 'ports { dns = 53 }', needRestart: ['ports.dns'] },
  {
    name: 'what the agent has no part for',
    after: 'log_level = "debug"\ndatacenter = "dc2"',
    can: new Set<ReloadPart>(['watches']),
    needRestart: ['datacenter', 'log.level'],
  },
];

describe('what a configuration that is read again changes', () => {
  test.each(cases)(
    '$name',
    async ({ before = '', after = '', can = ALL, applied = [], needRestart = [], parts = [] }) => {
      const [one, other] = [await configOf(before), await configOf(after)];
      const plan = planReload(one, other, can);
      expect(plan.applied.map(({ setting }) => setting).sort()).toEqual(applied.toSorted());
      expect(plan.needRestart.map(({ setting }) => setting).sort()).toEqual(needRestart.toSorted());
      expect(plan.parts).toEqual(parts);
      // What is in force differs from the former one by what was applied, and from the new one by what waits.
      expect(planReload(one, plan.config, ALL).applied.length).toBe(applied.length);
      expect(planReload(plan.config, other, can).needRestart).toEqual(plan.needRestart);
      expect(planReload(plan.config, other, can).applied).toEqual([]);
    },
  );

  test('a part that was left out is applied when it comes back', async () => {
    const [one, other] = [await configOf('log_level = "debug"'), await configOf('')];
    expect(planReload(one, other, ALL).config.log.level).toBe('info');
  });
});

describe('what the log says', () => {
  const sentences = async (before: string, after: string) =>
    describeReload(planReload(await configOf(before), await configOf(after), ALL));

  test('nothing has changed', async () => {
    expect(await sentences('', '')).toEqual([{ level: 'info', message: 'config: read again, nothing has changed' }]);
  });

  test('plain values are written out, lists and maps are named', async () => {
    expect(await sentences('', 'log_level = "debug"\nrecursors = ["1.1.1.1"]\ndatacenter = "dc2"')).toEqual(
      expect.arrayContaining([
        { level: 'info', message: 'config: log.level info → debug, in force now' },
        { level: 'info', message: 'config: dns.recursors has changed, in force now' },
        { level: 'warn', message: expect.stringMatching(/^config: datacenter dc1 → dc2, needs a restart/) },
      ]),
    );
  });

  test('no secret is', async () => {
    const config = await configOf('');
    const plan = planReload(config, { ...config, join: { ...config.join, token: 'hush' } }, ALL);
    expect(describeReload(plan).map(({ message }) => message)).toEqual([
      expect.stringMatching(/^config: join.token has changed, needs a restart/),
    ]);
  });
});
