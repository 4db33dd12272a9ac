import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';
import { debian11Program } from './program.ts';
import { put } from './register.ts';

// Consul's own command line (1.8.7), as it stands, against a real agent.

let agent: TestAgent;
beforeAll(async () => {
  agent = await prepareAgent({ dev: true, config: 'name = "box"\n' });
  await agent.start();
}, 120_000);
afterAll(() => agent.dispose());

const CONSUL = debian11Program('consul');
const environment = () => ({ ...process.env, CONSUL_HTTP_ADDR: agent.consulUrl });

/** Code and all that it printed, blanks as one. */
function consul(...args: string[]): Promise<{ code: number; printed: string }> {
  return new Promise((resolve) => {
    execFile(CONSUL, args, { env: environment(), timeout: 25_000 }, (error, stdout, stderr) => {
      const code = error ? Number(error.code ?? -1) : 0;
      resolve({ code, printed: (stdout + stderr).replaceAll(/[ \t]+/g, ' ').trim() });
    });
  });
}

describe('reads', () => {
  test.each<[string, RegExp]>([
    ['members', /^Node Address Status Type Build Protocol DC Segment\nbox 127\.0\.0\.1:\d+ alive server /],
    ['members -detailed', /role=consul/],
    ['info', /leader = true/],
    ['catalog datacenters', /^dc1$/],
    ['catalog nodes -detailed', /^box [0-9a-f-]{36} 127\.0\.0\.1 dc1 lan=127\.0\.0\.1/m],
    ['catalog nodes -service=consul', /^box /m],
    ['catalog services -tags', /^nomad http,rpc,serf$/m],
    ['operator raft list-peers', /^box [0-9a-f-]{36} 127\.0\.0\.1:\d+ leader true 3$/m],
    ['operator autopilot get-config', /^CleanupDeadServers = true$/m],
    ['rtt box', /^Estimated box <-> box rtt: [\d.]+ ms \(using LAN coordinates\)$/],
    ['config list -kind service-defaults', /^$/],
    ['reload', /^Configuration reload triggered$/],
    ['join 127.0.0.1', /^Successfully joined cluster by contacting 1 nodes\.$/],
  ])('%s', async (line, printed) => {
    const ended = await consul(...line.split(' '));
    expect(ended).toEqual({ code: 0, printed: expect.stringMatching(printed) });
  });
});

describe('is told what there is none of', () => {
  test.each<[string, RegExp]>([
    ['acl token list', /ACL support disabled/],
    ['connect ca get-config', /Connect must be enabled in order to use this endpoint/],
    ['intention match web', /Connect must be enabled/],
    ['force-leave nobody', /No node found with name 'nobody'/],
    ['keyring -list', /no gossip keyring/],
    ['kv get nothing', /No key exists at: nothing/],
  ])('%s', async (line, printed) => {
    expect(await consul(...line.split(' '))).toEqual({ code: 1, printed: expect.stringMatching(printed) });
  });
});

test('keys: put, get, lists, compare and set, export and import, delete', { timeout: 90_000 }, async () => {
  const steps: [string[], number, RegExp][] = [
    [['kv', 'put', 'app/name', 'sho al'], 0, /^Success! Data written to: app\/name$/],
    [['kv', 'put', '-flags=42', 'app/flagged', 'x'], 0, /^Success/],
    [['kv', 'get', 'app/name'], 0, /^sho al$/],
    [['kv', 'get', '-detailed', 'app/flagged'], 0, /^Flags 42$/m],
    [['kv', 'get', '-recurse', 'app'], 0, /^app\/flagged:x\napp\/name:sho al$/],
    [['kv', 'get', '-keys', ''], 0, /^app\/$/m],
    [['kv', 'put', '-cas', '-modify-index=1', 'app/name', 'y'], 1, /CAS failed/],
  ];
  for (const [args, code, printed] of steps)
    expect(await consul(...args), args.join(' ')).toEqual({ code, printed: expect.stringMatching(printed) });
  const exported = join(await tempDir(), 'keys.json');
  await writeFile(exported, (await consul('kv', 'export', 'app')).printed);
  expect((await consul('kv', 'delete', '-recurse', 'app')).code).toBe(0);
  expect((await consul('kv', 'get', '-recurse', 'app')).printed).toBe('');
  expect((await consul('kv', 'import', `@${exported}`)).printed).toContain('Imported: app/name');
  expect((await consul('kv', 'get', 'app/name')).printed).toBe('sho al');
});

test('services: registered from a file, watched, in maintenance, gone', { timeout: 90_000 }, async () => {
  const file = join(await tempDir(), 'web.json');
  await writeFile(file, JSON.stringify({ service: { name: 'web', port: 80, tags: ['x'], check: { ttl: '10m' } } }));
  expect((await consul('services', 'register', file)).printed).toBe('Registered service: web');
  await put(agent, '/v1/agent/check/pass/service:web');
  const seen = await consul('watch', '-type=service', '-service=web', '-passingonly=true');
  expect(JSON.parse(seen.printed)).toMatchObject([{ Service: { ID: 'web', Port: 80, Tags: ['x'] } }]);
  expect((await consul('maint', '-enable', '-service=web', '-reason=new disk')).code).toBe(0);
  expect((await consul('maint')).printed).toMatch(/ID: web\s+Reason: new disk/);
  expect(await (await fetch(`${agent.consulUrl}/v1/health/service/web?passing`)).json()).toEqual([]);
  expect((await consul('maint', '-disable', '-service=web')).code).toBe(0);
  expect((await consul('services', 'deregister', '-id=web')).printed).toBe('Deregistered service: web');
});

test('a watch runs its handler for each change', async () => {
  const file = join(await tempDir(), 'seen');
  const args = ['watch', '-type=key', '-key=lamp', '/bin/sh', '-c', `cat >> ${file}; echo >> ${file}`];
  const watch = spawn(CONSUL, args, { env: environment(), stdio: 'ignore' });
  const lines = async () => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  try {
    for (const value of ['on', 'off']) {
      await fetch(`${agent.consulUrl}/v1/kv/lamp`, { method: 'PUT', body: value });
      const encoded = Buffer.from(value).toString('base64');
      await until(`"${value}" is seen`, async () => (await lines()).at(-1)?.includes(encoded));
    }
  } finally {
    watch.kill();
  }
});

test('a lock keeps a second holder waiting', { timeout: 90_000 }, async () => {
  const file = join(await tempDir(), 'order');
  const holder = (name: string) =>
    consul('lock', 'locks/x', `echo ${name} in >> ${file}; sleep 0.3; echo ${name} out >> ${file}`);
  const ended = await Promise.all([holder('a'), holder('b')]);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  const order = (await readFile(file, 'utf8')).trim().split('\n');
  const [first = '', second = ''] = [order[0]?.split(' ')[0], order[2]?.split(' ')[0]];
  expect(order).toEqual([`${first} in`, `${first} out`, `${second} in`, `${second} out`]);
});

test('events, and a snapshot that is taken, looked into and brought back', { timeout: 90_000 }, async () => {
  expect((await consul('event', '-name=deploy', 'now')).printed).toMatch(/^Event ID: [0-9a-f-]{36}$/);
  expect((await consul('watch', '-type=event', '-name=deploy')).printed).toContain('"Name": "deploy"');
  const file = join(await tempDir(), 'state.snap');
  await consul('kv', 'put', 'kept', 'yes');
  expect((await consul('snapshot', 'save', file)).printed).toMatch(/^Saved and verified snapshot to index \d+$/);
  expect((await consul('snapshot', 'inspect', file)).printed).toMatch(/^Index \d+$/m);
  await consul('kv', 'put', 'kept', 'no');
  expect((await consul('snapshot', 'restore', file)).printed).toBe('Restored snapshot');
  expect((await consul('kv', 'get', 'kept')).printed).toBe('yes');
});

test('a log is followed', async () => {
  const monitor = spawn(CONSUL, ['monitor', '-log-level=debug'], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [monitor.stdout, monitor.stderr]) stream.on('data', (data) => (printed += String(data)));
  try {
    await until('a line comes', async () => {
      await put(agent, '/v1/agent/reload');
      return printed.length > 0;
    });
  } finally {
    monitor.kill();
  }
});
