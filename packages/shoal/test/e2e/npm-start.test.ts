import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { processesNamed, processesWith } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** `npm start` as a user types it, but for its data. Whoever else runs one on this machine has its usual ports: these are taken here in any case. */

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const USUAL = [4646, 8500, 8600, 4647, 8080, 8081];
const MARK = 'SHOAL_TEST_START';
const mark = randomUUID();
const taken: Server[] = [];

beforeAll(async () => {
  for (const port of USUAL) {
    const server = createServer().listen(port, '127.0.0.1');
    await Promise.race([once(server, 'listening'), once(server, 'error')]).catch(() => {});
    taken.push(server);
  }
});

afterAll(() => {
  for (const server of taken) server.close();
  for (const pid of processesWith(MARK, mark)) process.kill(pid, 'SIGKILL');
});

test('npm start serves the page beside other programs, leaves nothing running, and comes back with its state', {
  timeout: 120_000,
}, async () => {
  const folder = await tempDir();
  const first = await start(folder);
  expect(first.printed()).toContain('Port 4646 (http) is taken: using ');
  expect(first.printed()).toMatch(/The page +http:\/\/localhost:\d+/);
  const page = /http:\/\/localhost:\d+/.exec(first.printed().split('The page')[1] ?? '')?.[0] ?? '';
  expect(await (await fetch(page)).text()).toMatch(/frontserve [01]: the page[\s\S]*backserve [012]: the data/);
  expect(first.printed()).not.toMatch(/error/i);
  expect(processesWith(MARK, mark).length).toBeGreaterThan(5);
  await first.end('SIGINT');

  const second = await start(folder);
  const api = /Nomad API +(\S+)/.exec(second.printed())?.[1] ?? '';
  const jobs = (await (await fetch(`${api}/v1/jobs`)).json()) as {
    ID: string;
    CreateIndex: number;
    ModifyIndex: number;
  }[];
  expect(jobs.map(({ ID }) => ID)).toEqual(['backserve', 'frontserve']);
  expect(jobs.every(({ CreateIndex, ModifyIndex }) => CreateIndex < ModifyIndex)).toBe(true);
  await second.end('SIGTERM');
});

type Started = { printed(): string; end(signal: NodeJS.Signals): Promise<void> };

/** Resolves when the table is printed. */
async function start(folder: string): Promise<Started> {
  const env = { ...process.env, SHOAL_DATA_DIR: join(folder, 'data'), [MARK]: mark };
  const child: ChildProcess = spawn('npm', ['start', '--silent'], { cwd: root, env });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (printed += String(data)));
  await until(
    'the table is printed',
    () => {
      if (child.exitCode !== null) throw new Error(printed);
      return printed.includes('Ctrl-C stops all of it') && 'printed';
    },
    60_000,
  ).catch((error: Error) => {
    throw new Error(`${error.message}\n${printed}`);
  });
  return {
    printed: () => printed,
    async end(signal) {
      const exit = once(child, 'exit');
      child.kill(signal);
      expect((await exit)[0]).toBe(0);
      expect(processesWith(MARK, mark)).toEqual([]);
      expect(processesNamed((line) => line.includes(`${folder}/`))).toEqual([]);
    },
  };
}
