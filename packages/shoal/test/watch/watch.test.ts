import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ConsulHttp, createConsulHttp } from '@shoal/api';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { followWatch, type WatchChange } from '../../src/watch/follow.ts';
import { runHandler, type WatchHandler } from '../../src/watch/handler.ts';
import { allEvents, createRunner } from '../../src/watch/runner.ts';
import type { WatchSpec } from '../../src/watch/spec.ts';
import { type ConfiguredWatch, startWatches } from '../../src/watch/watches.ts';
import { type ConsulAgent, startConsulAgent } from '../http/consul/consul-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

let agent: ConsulAgent;
let http: ConsulHttp;
beforeAll(async () => {
  agent = await startConsulAgent();
  http = createConsulHttp({ address: agent.url });
});
afterAll(() => agent.stop());

const put = (path: string, body: unknown = '') => http.ask('PUT', path, { body: JSON.stringify(body) });
const register = (Service: object, Checks: object[] = []) =>
  put('/v1/catalog/register', { Node: 'watched', Address: '10.0.0.1', Service, Checks });

function following(spec: WatchSpec): { seen: WatchChange[] } {
  const over = new AbortController();
  const seen: WatchChange[] = [];
  const ended = (async () => {
    for await (const change of followWatch(spec, { http, signal: over.signal })) seen.push(change);
  })();
  onTestFinished(() => {
    over.abort();
    return ended;
  });
  return { seen };
}

describe('a watch is told', () => {
  type Case = { name: string; spec: WatchSpec; change: () => Promise<unknown>; want: unknown };
  const cases: Case[] = [
    {
      name: 'of a key',
      spec: { type: 'key', parameters: { key: 'w/one' } },
      change: () => put('/v1/kv/w/one', 1),
      want: expect.objectContaining({ Key: 'w/one', Value: 'MQ==', Session: '' }),
    },
    {
      name: 'of keys below a prefix',
      spec: { type: 'keyprefix', parameters: { prefix: 'w/' } },
      change: () => put('/v1/kv/w/two', 2),
      want: expect.arrayContaining([expect.objectContaining({ Key: 'w/two' })]),
    },
    {
      name: 'of services',
      spec: { type: 'services', parameters: {} },
      change: () => register({ Service: 'ws', Tags: ['b', 'a'] }),
      want: expect.objectContaining({ ws: ['a', 'b'] }),
    },
    {
      name: 'of nodes',
      spec: { type: 'nodes', parameters: { filter: 'Node == "watched-node"' } },
      change: () => put('/v1/catalog/register', { Node: 'watched-node', Address: '10.0.0.3' }),
      want: [expect.objectContaining({ Node: 'watched-node' })],
    },
    {
      name: 'of a service, with all of several tags',
      spec: { type: 'service', parameters: { service: 'wt', tag: ['x', 'y'] } },
      change: async () => {
        await register({ Service: 'wt', ID: 'one', Tags: ['x'] });
        await register({ Service: 'wt', ID: 'both', Tags: ['x', 'y'] });
      },
      want: [expect.objectContaining({ Service: expect.objectContaining({ ID: 'both' }) })],
    },
    {
      name: 'of checks in a state',
      spec: { type: 'checks', parameters: { state: 'warning' } },
      change: () => register({ Service: 'wc' }, [{ CheckID: 'wc', ServiceID: 'wc', Status: 'warning' }]),
      want: expect.arrayContaining([expect.objectContaining({ CheckID: 'wc' })]),
    },
    {
      name: 'of an event',
      spec: { type: 'event', parameters: { name: 'we' } },
      change: () => put('/v1/event/fire/we', 'go'),
      want: [expect.objectContaining({ Name: 'we' })],
    },
  ];

  test.each(cases)('$name', async ({ spec, change, want }) => {
    const { seen } = following(spec);
    await until('it waits', () => agent.state.waiting() > 0);
    await change();
    await until('the change', () => {
      expect(seen.at(-1)?.payload).toEqual(want);
      return true;
    });
  });

  test('only of those that pass', async () => {
    const { seen } = following({ type: 'service', parameters: { service: 'wp', passingonly: true } });
    const setHealth = (Status: string) => register({ Service: 'wp' }, [{ CheckID: 'wp', ServiceID: 'wp', Status }]);
    const count = () => (seen.at(-1)?.payload as unknown[] | undefined)?.length;
    await setHealth('passing');
    await until('it is there', () => count() === 1);
    await setHealth('warning');
    await until('it is gone', () => count() === 0);
  });

  test('of each event once', async () => {
    const { seen } = following({ type: 'event', parameters: { name: 'once' } });
    for (let at = 0; at < 3; at += 1) {
      await put('/v1/event/fire/once', at);
      await until('it is told', () => seen.flatMap(({ payload }) => payload as object[]).length === at + 1);
    }
  });

  test('nothing of what has not changed, such as a key that is not there or was written again as it was', async () => {
    const { seen } = following({ type: 'keyprefix', parameters: { prefix: 'same/' } });
    await until('it waits', () => agent.state.waiting() > 0);
    await put('/v1/kv/other', 1);
    expect(seen).toEqual([]);
    await put('/v1/kv/same/key', 1);
    await until('the first', () => seen.length === 1);
  });
});

describe('a handler', () => {
  const change = { payload: [{ a: 1 }], index: '42' };
  const run = (handler: WatchHandler) => runHandler(handler, change, new AbortController().signal);

  test('gets the payload on its standard input, and the index', async () => {
    const args = ['/bin/sh', '-c', 'cat; echo "index $CONSUL_INDEX"; exit 3'];
    expect(await run({ type: 'args', args })).toEqual({ ok: false, code: 3, output: '[{"a":1}]\nindex 42\n' });
  });

  test('may be a line for the shell, and need not read its input', async () => {
    expect(await run({ type: 'shell', command: 'exit 0' })).toEqual({ ok: true, code: 0, output: '' });
  });

  test('that is not there is a failure', async () => {
    const { ok, code, output } = await run({ type: 'args', args: ['/no/such/program'] });
    expect({ ok, code }).toEqual({ ok: false, code: undefined });
    expect(output).toContain('ENOENT');
  });

  test('may be a URL', async () => {
    const got: { body: string; index: unknown; own: unknown }[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      got.push({ body, index: request.headers['x-consul-index'], own: request.headers['x-own'] });
      response.writeHead(request.url === '/bad' ? 500 : 200).end('said');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await until('it listens', () => server.listening);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const handler = { type: 'http', method: 'POST', headers: { 'X-Own': ['1'] }, timeoutMs: 5000 } as const;
    expect(await run({ ...handler, url: `${url}/good` })).toEqual({ ok: true, code: 200, output: 'said' });
    expect(await run({ ...handler, url: `${url}/bad` })).toMatchObject({ ok: false, code: 500 });
    expect(got[0]).toEqual({ body: '[{"a":1}]\n', index: '42', own: '1' });
  });
});

describe('a runner', () => {
  const change = (payload: unknown): WatchChange => ({ payload, index: '1' });

  async function told(changes: unknown[], merge?: typeof allEvents): Promise<unknown[]> {
    const seen: unknown[] = [];
    let running = 0;
    const runner = createRunner({
      async run({ payload }) {
        running += 1;
        expect(running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(payload);
        running -= 1;
        return { ok: true, code: 0, output: '' };
      },
      onResult: () => undefined,
      ...(merge && { merge }),
    });
    for (const payload of changes) runner.take(change(payload));
    await runner.idle();
    return seen;
  }

  test('runs once at a time, and always with the last change', async () => {
    expect(await told([1, 2, 3, 4])).toEqual([1, 4]);
  });

  test('loses no event', async () => {
    expect(await told([['a'], ['b'], ['c']], allEvents)).toEqual([['a'], ['b', 'c']]);
  });
});

test('watches of the configuration run until they are stopped, and say how their handlers ended', async () => {
  const folder = await tempDir();
  const script = join(folder, 'handler');
  const out = join(folder, 'out');
  await writeFile(script, `#!/bin/sh\ncat > "${out}.new"\nmv "${out}.new" "${out}"\nexit 7\n`, { mode: 0o755 });
  const watch: ConfiguredWatch = {
    type: 'key',
    parameters: { key: 'run/it' },
    handler: { type: 'args', args: [script] },
    datacenter: undefined,
    token: undefined,
  };
  const lines: { code?: unknown }[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => lines.push(fields) };
  const watches = startWatches([watch], { http, log });
  for (const value of ['one', 'two']) {
    await put('/v1/kv/run/it', value);
    await until('the handler has run', () => {
      if (!existsSync(out)) return false;
      const { Value } = JSON.parse(readFileSync(out, 'utf8')) as { Value: string };
      return Buffer.from(Value, 'base64').toString() === JSON.stringify(value);
    });
  }
  await until('it is told', () => lines.length === 2);
  expect(lines[0]).toMatchObject({ type: 'key', handler: script, code: 7 });
  await watches.stop();
  await put('/v1/kv/run/it', 'three');
  expect(agent.state.waiting()).toBe(0);
});

test('many watches that cannot be read wait without a word of Node', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  const nowhere = createConsulHttp({ address: 'http://127.0.0.1:1' });
  const watch = (key: string): ConfiguredWatch => ({
    type: 'key',
    parameters: { key },
    handler: { type: 'args', args: ['true'] },
    datacenter: undefined,
    token: undefined,
  });
  const failed = new Set<unknown>();
  const log = { debug() {}, info() {}, error() {}, warn: (fields: object) => failed.add(fields) };
  const watches = startWatches(
    Array.from({ length: 12 }, (_, at) => watch(`k${at}`)),
    { http: nowhere, log },
  );
  await until('all have failed', () => failed.size >= 12);
  await watches.stop();
  expect(warnings.map(String)).toEqual([]);
});
