import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untar } from '../../src/tar.ts';
import { type ConsulAgent, startConsulAgent } from '../http/consul/consul-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { runCommand } from './support/run-command.ts';

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsulAgent();
});
afterAll(() => agent.stop());

const consul = (words: readonly string[], input?: string) =>
  runCommand('consul', words, { env: { CONSUL_HTTP_ADDR: agent.url }, ...(input !== undefined && { input }) });

type Case = { words: string[]; code?: number; out?: RegExp; err?: RegExp };

async function check({ words, code = 0, out, err }: Case): Promise<void> {
  const ran = await consul(words);
  expect(ran).toMatchObject({ code });
  if (out) expect(ran.out).toMatch(out);
  if (err) expect(ran.err).toMatch(err);
}

describe('catalog', () => {
  beforeAll(async () => {
    const body = JSON.stringify({
      Node: 'far',
      Address: '10.0.0.9',
      NodeMeta: { rack: 'a1' },
      Service: { Service: 'db', Tags: ['x'] },
    });
    await fetch(`${agent.url}/v1/catalog/register`, { method: 'PUT', body });
  });

  const cases: Case[] = [
    { words: ['catalog', 'nodes'], out: /^Node +ID +Address +DC\n/ },
    { words: ['catalog', 'nodes', '-node-meta=rack=a1'], out: /^Node.*\nfar +10\.0\.0\.9 +dc1\n$/ },
    { words: ['catalog', 'nodes', '-node-meta=rack=a2'], out: /^No nodes match the given query/ },
    { words: ['catalog', 'nodes', '-node-meta=rack'], code: 1, err: /KEY=VALUE/ },
    { words: ['catalog', 'nodes', '-filter', 'Meta.rack == a1', '-detailed'], out: /far .* rack=a1\n$/ },
    { words: ['catalog', 'nodes', '-filter', 'Meta.rack ='], code: 1, err: /boolean expression/ },
    { words: ['catalog', 'nodes', '-service=db', '-near=_agent'], out: /\nfar / },
    { words: ['catalog', 'services', '-tags'], out: /^consul\ndb +x\n/ },
    { words: ['catalog', 'services', '-node=far'], out: /^db\n$/ },
    { words: ['catalog', 'services', '-node=none'], out: /^No services match/ },
    { words: ['catalog', 'services', '-node-meta=rack=a1', '-json'], out: /"db": \[\s+"x"/ },
    { words: ['catalog', 'nodes', '-namespace=x'], code: 1, err: /Enterprise/ },
    { words: ['members', '-wan'], out: /Partition +Segment\nTest-Node\.dc1 .* default +<all>\n$/ },
    { words: ['members', '-filter', 'Name == nobody'], code: 2 },
    { words: ['members', '-status=['], code: 1, err: /no regular expression/ },
    { words: ['rtt', '-wan', 'Test-Node.dc1'], out: /\(using WAN coordinates\)/ },
  ];
  test.each(cases)('$words', check);
});

describe('kv', () => {
  test('-detailed is aligned as scripts know it', async () => {
    await consul(['kv', 'put', '-flags=7', 'detailed', 'x']);
    expect((await consul(['kv', 'get', '-detailed', 'detailed'])).out).toMatch(
      /^CreateIndex {6}\d+\nFlags {12}7\nKey {14}detailed\nLockIndex {8}0\nModifyIndex {6}\d+\nSession {10}-\nValue {12}x\n$/,
    );
  });

  test('a key is locked for a session, and let go', async () => {
    const session = (
      await runCommand('shoal', ['session', 'create'], { env: { CONSUL_HTTP_ADDR: agent.url } })
    ).out.trim();
    const put = (...words: string[]) => consul(['kv', 'put', ...words]);
    expect(await put('-acquire', `-session=${session}`, 'leader', 'me')).toMatchObject({
      out: 'Success! Lock acquired on: leader\n',
    });
    expect(await put('-release', '-session=00000000-0000-4000-8000-000000000000', 'leader')).toMatchObject({ code: 1 });
    expect(await put('-release', `-session=${session}`, 'leader')).toMatchObject({
      out: 'Success! Lock released on: leader\n',
    });
  });

  const cases: Case[] = [
    { words: ['kv', 'put', '/k', 'x'], code: 1, err: /must not begin with "\/": write k/ },
    { words: ['snapshot', 'save', '/nowhere/x.snap'], code: 1, err: /there is no folder \/nowhere/ },
    { words: ['validate', '-config-format=x', '/etc/hosts'], code: 1, err: /hcl or json/ },
    { words: ['kv', 'put', '-acquire', 'k'], code: 1, err: /Missing -session/ },
    { words: ['kv', 'put', '-acquire', '-release', '-session=x', 'k'], code: 1, err: /either/ },
    { words: ['kv', 'put', '-cas', 'k'], code: 1, err: /-modify-index/ },
    { words: ['kv', 'put', '-base64', 'k', '!!'], code: 1, err: /not base64/ },
    { words: ['kv', 'put', 'k', '@/nowhere'], code: 1, err: /cannot read \/nowhere: there is no such file/ },
    { words: ['kv', 'import', '@/nowhere'], code: 1, err: /there is no such file/ },
    { words: ['kv', 'get', '-token-file=/nowhere', 'k'], code: 1, err: /-token-file/ },
  ];
  test.each(cases)('$words', check);
});

describe('configuration entries', () => {
  test('are written, read, listed and deleted', async () => {
    const file = join(await tempDir(), 'web.hcl');
    await writeFile(file, 'Kind = "service-defaults"\nName = "web"\nProtocol = "http"\n');
    await check({ words: ['config', 'write', file], out: /^Config entry written: service-defaults\/web\n$/ });
    await check({ words: ['config', 'read', '-kind=service-defaults', '-name=web'], out: /"Protocol": "http"/ });
    await check({ words: ['config', 'list', '-kind=service-defaults'], out: /^web\n$/ });
    await check({ words: ['config', 'list', '-kind=service-defaults', '-filter', 'Name == api'], out: /^$/ });
    await check({ words: ['config', 'write', '-cas', '-modify-index=1', file], code: 1, err: /not at index 1/ });
    await check({ words: ['config', 'delete', '-kind=service-defaults', '-name=web'], out: /^Config entry deleted/ });
    await check({ words: ['config', 'read', '-kind=service-defaults', '-name=web'], code: 1, err: /not found/ });
  });

  test('come from the standard input, too', async () => {
    const entry = JSON.stringify({ Kind: 'proxy-defaults', Name: 'global' });
    expect(await consul(['config', 'write', '-'], entry)).toMatchObject({ code: 0 });
  });

  const cases: Case[] = [
    { words: ['config', 'list'], code: 1, err: /-kind/ },
    { words: ['config', 'list', '-kind=nothing'], code: 1, err: /invalid config entry kind/ },
    { words: ['config', 'write', '/nowhere'], code: 1, err: /no such file/ },
    { words: ['config', 'write', '-cas', '/nowhere'], code: 1, err: /go together/ },
  ];
  test.each(cases)('$words', check);
});

describe('operators', () => {
  test('change what is kept for autopilot', async () => {
    await check({
      words: ['operator', 'autopilot', 'set-config', '-min-quorum=3', '-cleanup-dead-servers=false'],
      out: /updated/,
    });
    await check({
      words: ['operator', 'autopilot', 'get-config'],
      out: /^CleanupDeadServers = false\n(?:.*\n)*MinQuorum = 3\n(?:.*\n)*RedundancyZoneTag = ""\n/,
    });
  });

  const cases: Case[] = [
    { words: ['operator', 'autopilot', 'set-config', '-last-contact-threshold=x'], code: 1, err: /invalid duration/ },
    { words: ['keyring', '-list'], code: 1, err: /no gossip keyring/ },
    { words: ['keyring'], code: 1, err: /give one of/ },
    { words: ['snapshot', 'inspect', '/nowhere'], code: 1, err: /no such file/ },
    { words: ['snapshot', 'restore', '/nowhere'], code: 1, err: /no such file/ },
    { words: ['version', '-format=json'], out: /"Consul": "1\./ },
    { words: ['services', 'register', '-name=t', '-tagged-address=lan=1.2.3.4:5'], out: /^Registered service: t\n$/ },
    { words: ['services', 'register', '-name=t', '-tagged-address=lan'], code: 1, err: /TAG=ADDRESS:PORT|KEY=VALUE/ },
    { words: ['maint', '-enable', '-service=t'], out: /^Service maintenance is now enabled for "t"\n$/ },
    { words: ['maint', '-disable', '-service=t'], out: /^Service maintenance is now disabled for "t"\n$/ },
  ];
  test.each(cases)('$words', check);
});

describe('debug', () => {
  test('collects into an archive', async () => {
    const path = join(await tempDir(), 'found');
    const { code, out, err } = await consul(['debug', '-duration=300ms', '-interval=100ms', `-output=${path}`]);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('enable_debug is not set') });
    expect(out).toContain(`Saved debug archive: ${path}.tar.gz`);
    const files = untar(gunzipSync(await readFile(`${path}.tar.gz`)));
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(['found/agent.json', 'found/host.json', 'found/members.json', 'found/0000/metrics.json']),
    );
    expect(JSON.parse(String(files.get('found/members.json')))).toMatchObject([{ Name: 'Test-Node.dc1' }]);
  });

  const cases: Case[] = [
    { words: ['debug', '-capture=nothing'], code: 1, err: /there is no "nothing" to capture/ },
    { words: ['debug', '-duration=soon'], code: 1, err: /needs a duration/ },
    { words: ['debug', '-duration=0s'], code: 1, err: /more than nothing/ },
  ];
  test.each(cases)('$words', check);
});

test('a piece of configuration that is none is told of', async () => {
  await check({ words: ['agent', '-dev', '-hcl', 'node_name ='], code: 1, err: /-hcl "node_name =": / });
});
