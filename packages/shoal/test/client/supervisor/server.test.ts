import { copyFileSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureSupervisor } from '../../../src/client/supervisor/client.ts';
import { connectOrSpawn } from '../../../src/client/supervisor/spawn.ts';
import { until } from '../../support/until.ts';
import { aNode, aTask, never } from './harness.ts';

async function dial(path: string): Promise<{ socket: Socket; received(): string }> {
  const socket = connect(path);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, received: () => text };
}

describe('a supervisor', () => {
  it('answers bad messages and goes on', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const { socket, received } = await dial(join(node.dataDir, 'supervisor/socket'));
    const bad = [
      { given: 'rubbish', want: '"code":"bad_request"' },
      { given: 'null', want: 'not a request' },
      { given: '{"id":1,"op":"frob"}', want: 'unknown op' },
      { given: '{"id":2,"op":"__proto__"}', want: 'unknown op' },
      { given: '{"id":3,"op":"start","params":{"id":7}}', want: '\\"id\\" must be' },
      { given: '{"id":4,"op":"wait","params":{"id":"x"}}', want: 'unknown_task' },
      { given: '{"id":5,"op":"signal","params":{"id":"x","signal":"SIGFROB"}}', want: 'unknown signal' },
    ];
    for (const { given, want } of bad) {
      const from = received().length;
      socket.write(`${given}\n`);
      await until(given, () => received().endsWith('\n') && received().length > from);
      expect(received().slice(from)).toContain(want);
    }
    socket.destroy();
    expect(await supervisor.list()).toEqual([]);
  });

  it('drops who sends a line without end, and nobody else', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const pid = supervisor.pid();
    const { socket } = await dial(join(node.dataDir, 'supervisor/socket'));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('x'.repeat(9 * 1024 * 1024));
    await closed;
    expect(await supervisor.list()).toEqual([]);
    expect(supervisor.pid()).toBe(pid);
  });

  it('lets only its user in', async () => {
    const node = await aNode();
    await node.connect();
    const dir = join(node.dataDir, 'supervisor');
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect([mode(dir), mode(join(dir, 'socket')), mode(join(dir, 'lock'))]).toEqual([0o700, 0o600, 0o600]);
  });

  it('is one for each data_dir, however many start it', async () => {
    const node = await aNode();
    const options = { dataDir: node.dataDir, entry: node.entry };
    const connections = await Promise.all(Array.from({ length: 4 }, () => connectOrSpawn(options)));
    const hellos = await Promise.all(connections.map((connection) => connection.call('hello', {})));
    for (const connection of connections) connection.close();
    expect(new Set(hellos.map((hello) => JSON.stringify(hello))).size).toBe(1);
  });

  it('is found in a data_dir that is deeper than a socket name is long', async () => {
    const node = await aNode({ dataDir: Array.from({ length: 12 }, () => 'quite-a-long-name').join('/') });
    const first = await node.connect();
    const second = await node.connect();
    expect(second.pid()).toBe(first.pid());
  });

  it('refuses to end while a task is alive', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, 'sleep 600');
    await supervisor.start(task);
    await expect(supervisor.shutdown()).rejects.toMatchObject({ code: 'busy' });
    await supervisor.stop({ id: task.id, signal: 'SIGINT', timeoutMs: 1000 });
    await supervisor.wait(task.id, never);
  });

  it('of an older build goes on while it has tasks, and makes room when it has none', async () => {
    const node = await aNode();
    const old = await node.connect();
    const task = aTask(node, 'sleep 600');
    await old.start(task);
    const entry = join(node.logDir, 'newer.cjs');
    copyFileSync(node.entry, entry);
    const upgraded = { dataDir: node.dataDir, entry, log: () => {} };
    const busy = await ensureSupervisor(upgraded);
    expect(busy.pid()).toBe(old.pid());
    await busy.stop({ id: task.id, signal: 'SIGKILL', timeoutMs: 0 });
    busy.close();
    const pid = old.pid();
    old.close();
    const fresh = await ensureSupervisor(upgraded);
    expect(fresh.pid()).not.toBe(pid);
    expect(await fresh.wait(task.id, never)).toMatchObject({ kind: 'exited', signal: 9 });
    await fresh.shutdown();
  });

  it('that cannot be started is an error that says why', async () => {
    const node = await aNode();
    const broken = { dataDir: node.dataDir, entry: join(node.dataDir, 'none.js') };
    await expect(connectOrSpawn(broken)).rejects.toMatchObject({
      code: 'supervisor_start',
      message: expect.stringContaining('it ended with'),
    });
  });
});
