import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
  const ran = await Promise.all([0, 1, 2].map(() => lock('turns', '/bin/sh', '-c', script)));
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
  { name: 'several holders are not offered', words: ['-n', '2', 'code', 'true'], want: 1 },
])('$name', async ({ words, want }) => expect((await lock(...words)).code).toBe(want));
