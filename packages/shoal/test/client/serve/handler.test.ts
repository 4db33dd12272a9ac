import { appendFileSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2, createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createClientHandler } from '../../../src/client/serve/handler.ts';
import type { ClientDeps, ControlResult } from '../../../src/client/serve/types.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { ALLOC, clientDeps, serveClient } from './harness.ts';

async function anAllocation(
  changes: Partial<ClientDeps> = {},
): Promise<{ deps: ClientDeps; logDir: string; root: string }> {
  const root = join(await tempDir(), ALLOC);
  const logDir = join(root, 'alloc/logs');
  mkdirSync(logDir, { recursive: true });
  return {
    root,
    logDir,
    deps: clientDeps({ [ALLOC]: { allocDir: root, tasks: ['t', 'u', 'mute'], silent: ['mute'] } }, changes),
  };
}

/** Descriptors of this process that are open in a folder. */
const openIn = (root: string): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(root) ? [path] : [];
    } catch {
      return [];
    }
  });

describe('controls', () => {
  const cases: {
    name: string;
    method: string;
    path: string;
    body?: string;
    result?: ControlResult;
    want: [number, string];
    asked?: string[];
  }[] = [
    {
      name: 'restart one',
      method: 'PUT',
      path: 'restart',
      body: '{"TaskName":"t"}',
      want: [200, '{"Index":0}'],
      asked: [ALLOC, 't'],
    },
    {
      name: 'restart all',
      method: 'POST',
      path: 'restart',
      body: '{}',
      want: [200, '{"Index":0}'],
      asked: [ALLOC, ''],
    },
    { name: 'restart without a body', method: 'PUT', path: 'restart', want: [200, '{"Index":0}'], asked: [ALLOC, ''] },
    {
      name: 'an unknown task',
      method: 'PUT',
      path: 'restart',
      body: '{"TaskName":"zz"}',
      result: { kind: 'unknown-task' },
      want: [500, 'Could not find task runner for task: zz'],
      asked: [ALLOC, 'zz'],
    },
    {
      name: 'a task that has ended',
      method: 'PUT',
      path: 'restart',
      body: '{"TaskName":"t"}',
      result: { kind: 'not-running' },
      want: [500, 'Task not running'],
      asked: [ALLOC, 't'],
    },
    {
      name: 'signal',
      method: 'PUT',
      path: 'signal',
      body: '{"Signal":"SIGHUP","Task":"t"}',
      want: [200, '{"Index":0}'],
      asked: [ALLOC, 't', 'SIGHUP'],
    },
    { name: 'a body that is no JSON', method: 'PUT', path: 'restart', body: '{', want: [400, 'Failed to decode body'] },
    {
      name: 'a body of another kind',
      method: 'PUT',
      path: 'restart',
      body: '{"TaskName":7}',
      want: [400, 'Failed to decode body: TaskName must be a text'],
    },
    {
      name: 'a body that is too long',
      method: 'PUT',
      path: 'restart',
      body: ' '.repeat(100_000),
      want: [413, 'longer than'],
    },
    { name: 'another method', method: 'GET', path: 'restart', want: [405, 'Invalid method'] },
  ];
  it.each(cases)('$name', async ({ method, path, body, result = { kind: 'done' }, want, asked }) => {
    const calls: string[][] = [];
    const control = async (...args: string[]): Promise<ControlResult> => {
      calls.push(args);
      return result;
    };
    const { deps } = await anAllocation({ restart: control, signal: control });
    const url = await serveClient(deps);
    const response = await fetch(`${url}/v1/client/allocation/${ALLOC}/${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
    });
    expect([response.status, await response.text()]).toEqual([want[0], expect.stringContaining(want[1])]);
    expect(calls).toEqual(asked === undefined ? [] : [asked]);
  });
});

describe('bad requests are answered', () => {
  const cases = [
    { path: '/', want: [404, ''] },
    { path: '/v1/client/', want: [404, 'resource not found'] },
    { path: '/v1/client/frob', want: [404, 'resource not found'] },
    { path: '/v1/client/fs/toString/x', want: [404, 'Invalid method'] },
    { path: '/v1/client/allocation/', want: [404, 'resource not found'] },
    { path: `/v1/client/fs/cat/${ALLOC}?path=%00`, want: [200, 'is a directory'] },
    { path: `/v1/client/fs/cat/${ALLOC}?path=..%2f..%2fetc%2fpasswd`, want: [200, 'Path escapes the alloc directory'] },
    { path: `/v1/client/fs/ls/%E0%A4%A`, want: [500, 'UUID must be 36 characters'] },
    { path: `/v1/client/fs/readat/${ALLOC}?path=x&offset=99999999999999999999`, want: [200, 'value out of range'] },
    {
      path: `/v1/client/fs/logs/${ALLOC}?task=t&type=stdout`,
      want: [404, 'task "t" not started yet. No logs available'],
    },
    {
      path: `/v1/client/fs/logs/${ALLOC}?task=mute&type=stdout&follow=true`,
      want: [404, 'task "mute" has no logs: its logs block says disabled = true'],
    },
    { path: `/v1/client/fs/logs/${ALLOC}?task=..%2fx&type=stdout`, want: [400, 'unknown task name'] },
  ];
  it.each(cases)('$path', async ({ path, want }) => {
    const { deps } = await anAllocation();
    const response = await fetch(`${await serveClient(deps)}${path}`);
    expect([response.status, await response.text()]).toEqual([want[0], expect.stringContaining(String(want[1]))]);
  });

  it('a failure of ours is a 500 and a line in the log', async () => {
    const lines: string[] = [];
    const broken = { hostStats: () => Promise.reject(new Error('broken')), log: (line: string) => lines.push(line) };
    const { deps } = await anAllocation(broken);
    const response = await fetch(`${await serveClient(deps)}/v1/client/stats`);
    expect([response.status, await response.text(), lines]).toEqual([
      500,
      'broken',
      ["a request of the client's API failed: broken"],
    ]);
  });
});

it('a followed log ends with its reader, and nothing stays open', async () => {
  const { deps, logDir, root } = await anAllocation();
  writeFileSync(join(logDir, 't.stdout.0'), 'one\n');
  const reader = new AbortController();
  const url = `${await serveClient(deps)}/v1/client/fs/logs/${ALLOC}?task=t&type=stdout&follow=true&plain=true`;
  const body = (await fetch(url, { signal: reader.signal })).body?.getReader();
  const next = async (): Promise<string> => Buffer.from((await body?.read())?.value ?? []).toString();
  expect(await next()).toBe('one\n');
  appendFileSync(join(logDir, 't.stdout.0'), 'two\n');
  expect(await next()).toBe('two\n');
  expect(openIn(root)).toHaveLength(1);
  reader.abort();
  await until('it is closed', () => openIn(root).length === 0);
});

it('a followed log that is still empty is answered at once', async () => {
  const { deps, logDir } = await anAllocation();
  const url = `${await serveClient(deps)}/v1/client/fs/logs/${ALLOC}?task=t&type=stdout&follow=true&plain=true`;
  const response = await fetch(url);
  expect(response.status).toBe(200);
  writeFileSync(join(logDir, 't.stdout.0'), 'first\n');
  const { value } = (await response.body?.getReader().read()) ?? {};
  expect(Buffer.from(value ?? []).toString()).toBe('first\n');
});

it('over HTTP/2 a stalled reader costs bounded memory and delays nobody else', async () => {
  const { deps, root } = await anAllocation();
  writeFileSync(join(root, 'big'), Buffer.alloc(64 * 1024 * 1024));
  let sent = 0;
  const handler = createClientHandler(deps);
  const server = createServer((req: Http2ServerRequest, res: Http2ServerResponse) => {
    const write = res.write.bind(res) as (chunk: string | Uint8Array) => boolean;
    res.write = ((chunk: string | Uint8Array) => {
      sent += chunk.length;
      return write(chunk);
    }) as typeof res.write;
    handler(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  const stalled = session.request({ ':path': `/v1/client/fs/cat/${ALLOC}?path=big` });
  await new Promise((resolve) => stalled.once('response', resolve));
  const other = session.request({ ':path': '/v1/client/stats' });
  const text = await other.setEncoding('utf8').reduce((all: string, part: string) => all + part, '');
  expect(JSON.parse(text)).toHaveProperty('CPU');
  expect(sent).toBeLessThan(1024 * 1024);
  stalled.close();
  await until('the file is closed', () => openIn(root).length === 0);
});

describe('commands are refused', () => {
  const open = `/v1/client/allocation/${ALLOC}/exec?task=t&command=["true"]`;
  const handshake = { 'sec-websocket-key': 'x' };
  const cases: {
    name: string;
    path?: string;
    changes?: Partial<ClientDeps>;
    plain?: boolean;
    want: [number, string];
  }[] = [
    {
      name: 'where the operator wants that',
      changes: { allowsExec: false },
      want: [403, 'Commands in allocations are refused on this node (disable_remote_exec).'],
    },
    { name: 'in a task that does not run', want: [500, 'Task not running'] },
    { name: 'in no task', path: open.replace('task=t', ''), want: [400, 'must provide a task name (task=)'] },
    {
      name: 'in an unknown task',
      path: open.replace('task=t', 'task=x'),
      want: [404, 'unknown task name "x"; it has: t, u, mute'],
    },
    {
      name: 'that are none',
      path: open.replace('["true"]', '[1]'),
      want: [400, 'command must be a JSON array of texts, such as ["/bin/sh"]'],
    },
    {
      name: 'without a handshake',
      plain: true,
      want: [400, 'This endpoint is a WebSocket: ask with "Upgrade: websocket".'],
    },
  ];
  it.each(cases)('$name', async ({ path = open, changes = {}, plain = false, want }) => {
    const { deps } = await anAllocation(changes);
    const answer = await fetch(`${await serveClient(deps)}${path}`, { headers: plain ? {} : handshake });
    expect([answer.status, await answer.text()]).toEqual(want);
  });
});
