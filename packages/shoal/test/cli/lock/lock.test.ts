import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdersOf } from '../../../src/cli/lock/holders.ts';
import { type ConsulAgent, startConsulAgent } from '../../http/consul/consul-agent.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { runCommand } from '../support/run-command.ts';

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsulAgent();
});
afterAll(() => agent.stop());

const lock = (...words: string[]) => runCommand('shoal', ['lock', ...words], { env: { CONSUL_HTTP_ADDR: agent.url } });
const holder = (key: string) => agent.state.tables.kv.get(`${key}/.lock`)?.Session;

test('one program at a time, each with a greater number than the one before', async () => {
  const out = join(await tempDir(), 'out');
  const script = `echo "begin $SHOAL_LOCK_FENCE" >> ${out}; sleep 0.1; echo "end $SHOAL_LOCK_FENCE" >> ${out}`;
  const ran = await Promise.all([0, 1, 2].map(() => lock('turns', script)));
  expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
  const lines = readFileSync(out, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' '));
  expect(lines.map(([word]) => word)).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end']);
  const fences = lines.filter((_, at) => at % 2 === 0).map(([, fence]) => Number(fence));
  expect(fences).toEqual([...fences].sort((a, b) => a - b));
  expect(new Set(fences).size).toBe(3);
  expect(holder('turns')).toBeUndefined();
  expect(agent.state.tables.sessions.size).toBe(0);
});

test('who does not get it in time gives up', async () => {
  const long = lock('busy', 'sleep', '1');
  await until('it is held', () => holder('busy') !== undefined);
  const { code, err } = await lock('-try', '100ms', 'busy', 'true');
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('held by somebody else') });
  expect((await long).code).toBe(0);
});

test('a lock that is lost ends its program', async () => {
  const running = lock('lost', 'sleep', '60');
  await until('it is held', () => holder('lost') !== undefined);
  const session = holder('lost') ?? '';
  await agent.api.app.inject({ method: 'PUT', url: `/v1/session/destroy/${session}`, headers: { host: 'localhost' } });
  const { code, err } = await running;
  expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('Lock lost') });
});

test.each([
  { name: 'a failure is told where it is wanted', words: ['-child-exit-code', 'code', 'false'], want: 2 },
  { name: 'and else it is not', words: ['code', 'false'], want: 0 },
  { name: 'a program that is not there', words: ['-shell=false', '-child-exit-code', 'code', '/nope'], want: 2 },
  { name: 'nobody at a time makes no sense', words: ['-n', '0', 'code', 'true'], want: 1 },
])('$name', async ({ words, want }) => expect((await lock(...words)).code).toBe(want));

test('without a shell the words are the program and its arguments', async () => {
  const out = join(await tempDir(), 'out');
  await lock('-shell=false', 'words', '/bin/sh', '-c', `printf '%s|' "$@" > ${out}`, 'sh', 'a b', '$HOME');
  expect(readFileSync(out, 'utf8')).toBe('a b|$HOME|');
});

test('nothing is left of a lock that nobody holds', async () => {
  await lock('gone', 'true');
  expect(agent.state.tables.kv.get('gone/.lock')).toBeUndefined();
});

describe('a semaphore', () => {
  const keys = (prefix: string) => [...agent.state.tables.kv.scan(`${prefix}/`)].map(({ Key }) => Key);
  const holders = (prefix: string) => {
    const { Value } = agent.state.tables.kv.get(`${prefix}/.lock`) ?? {};
    const told = JSON.parse(Buffer.from(Value ?? '', 'base64').toString() || '{"Holders":{}}') as { Holders: object };
    return Object.keys(told.Holders);
  };

  test('has as many holders as it says, never more, each with a number of its own', async () => {
    const dir = await tempDir();
    const [out, go] = [join(dir, 'out'), join(dir, 'go')];
    const script = `echo "+ $SHOAL_LOCK_FENCE" >> ${out}; while [ ! -e ${go} ]; do sleep 0.02; done; echo "-" >> ${out}`;
    const running = Array.from({ length: 7 }, () => lock('-n', '3', 'pool', script));
    const read = () =>
      (existsSync(out) ? readFileSync(out, 'utf8').trim().split('\n') : []).map((line) => line.split(' '));
    await until('three hold, and all others wait', () => read().length === 3 && keys('pool').length === 8);
    writeFileSync(go, '');
    expect((await Promise.all(running)).map(({ code }) => code)).toEqual(Array.from({ length: 7 }, () => 0));
    const lines = read();
    let holding = 0;
    for (const [sign] of lines) {
      holding += sign === '+' ? 1 : -1;
      expect(holding).toBeLessThanOrEqual(3);
    }
    const fences = lines.filter(([sign]) => sign === '+').map(([, fence]) => Number(fence));
    expect(new Set(fences).size).toBe(7);
    expect(keys('pool')).toEqual([]);
    expect(agent.state.tables.sessions.size).toBe(0);
  });

  test('gives the place of a holder that is gone to the next, and ends its program', async () => {
    const gone = lock('-n', '2', 'crew', 'sleep 60');
    await until('one holds', () => holders('crew').length === 1);
    const [session = ''] = holders('crew');
    const other = lock('-n', '2', 'crew', 'sleep 1');
    await until('two hold', () => holders('crew').length === 2);
    const third = lock('-n', '2', 'crew', 'true');
    await until('the third waits', () => keys('crew').length === 4);
    const url = `/v1/session/destroy/${session}`;
    await agent.api.app.inject({ method: 'PUT', url, headers: { host: 'localhost' } });
    expect(await gone).toMatchObject({ code: 1, err: expect.stringContaining('Lock lost') });
    expect((await third).code).toBe(0);
    expect((await other).code).toBe(0);
    expect(keys('crew')).toEqual([]);
  });

  test('refuses who counts otherwise, and a key that is something else', async () => {
    const running = lock('-n', '2', 'odd', 'sleep 1');
    await until('one holds', () => holders('odd').length === 1);
    const { code, err } = await lock('-n', '3', 'odd', 'true');
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('of 2 holders, not of 3') });
    await running;
    await agent.api.app.inject({
      method: 'PUT',
      url: '/v1/kv/own/.lock',
      headers: { host: 'localhost' },
      payload: 'x',
    });
    expect((await lock('-n', '2', 'own', 'true')).err).toContain('is no semaphore');
  });

  test('who does not get in in time gives up, and leaves nothing', async () => {
    const running = [lock('-n', '2', 'full', 'sleep 1'), lock('-n', '2', 'full', 'sleep 1')];
    await until('two hold', () => holders('full').length === 2);
    expect(await lock('-n', '2', '-try', '100ms', 'full', 'true')).toMatchObject({ code: 1 });
    await until('its key is gone', () => keys('full').length === 3);
    await Promise.all(running);
  });
});

test.each([
  { text: '{"Limit":2,"Holders":{"a":true,"b":false}}', want: { limit: 2, holders: ['a'] } },
  { text: '{"Limit":2,"Holders":["a","b"]}', want: { limit: 2, holders: ['a', 'b'] } },
  { text: '{"Limit":2}', want: { limit: 2, holders: [] } },
])('holders of $text', ({ text, want }) => {
  expect(holdersOf({ Key: 'k', Value: Buffer.from(text).toString('base64') })).toEqual(want);
});
