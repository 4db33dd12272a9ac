import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Allocation } from '@shoal/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ask,
  BRIDGE,
  type BridgedHost,
  hostPort,
  isRunning,
  job,
  patiently,
  startBridgedHost,
  WEB,
} from './bridged-host.ts';

// Real plugins, real namespaces: each allocation takes a dozen programs.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let host: BridgedHost;
beforeAll(async () => {
  host = await startBridgedHost();
});
afterAll(() => host?.dispose());

describe('an agent that is killed', () => {
  it('finds networks again, and removes those of allocations that are gone', async () => {
    await host.agent.run(job('kept', WEB.replaceAll('"web"', '"kept"')));
    const [kept] = (await host.allocationsOf('kept', 1, isRunning)) as [Allocation];
    const url = `http://${host.control}:${hostPort(kept)}/`;
    const before = await patiently('it answers', () => ask(url));

    await host.agent.end('SIGKILL');
    expect((await ask(url)).pid).toBe(before.pid);
    // As if it had been killed while it made another one.
    const stranger = '00000000-0000-4000-8000-000000000000';
    await makeStranger(stranger, kept.ID);
    await host.agent.start();

    expect((await ask(url)).pid).toBe(before.pid);
    const [again] = (await host.allocationsOf('kept', 1, isRunning)) as [Allocation];
    expect(again.NetworkStatus).toEqual(kept.NetworkStatus);
    await patiently('the stranger is gone', () => host.nothingIsLeftOf(stranger));
    // What was as it should be was left alone.
    expect(host.agent.log()).not.toContain('is made again');
    await host.stopped('kept');
    await host.noRuleIsLeft();
  });

  it('makes rules again that somebody has flushed, around tasks that go on', async () => {
    await host.agent.run(job('flushed', WEB.replaceAll('"web"', '"flushed"')));
    const [allocation] = (await host.allocationsOf('flushed', 1, isRunning)) as [Allocation];
    const url = `http://${host.control}:${hostPort(allocation)}/`;
    const before = await patiently('it answers', () => ask(url));

    await host.agent.end('SIGKILL');
    flushRules();
    await expect(ask(url)).rejects.toThrow();
    await host.agent.start();

    expect((await patiently('it answers again', () => ask(url))).pid).toBe(before.pid);
    const [again] = (await host.allocationsOf('flushed', 1, isRunning)) as [Allocation];
    expect(again.NetworkStatus).toEqual(allocation.NetworkStatus);
    await patiently('the agent is done', () => host.agent.log().includes('and is made again'));
    flushRules();
    await host.stopped('flushed');
    await host.noRuleIsLeft();
  });

  it('makes networks anew that a restart of the machine has taken', async () => {
    await host.agent.run(job('reborn', WEB.replaceAll('"web"', '"reborn"')));
    const [first] = (await host.allocationsOf('reborn', 1, isRunning)) as [Allocation];
    const url = `http://${host.control}:${hostPort(first)}/`;
    const before = await patiently('it answers', () => ask(url));

    await host.agent.end('SIGKILL');
    const [supervisor] = host.run('pgrep', '-f', `supervisor.js ${host.agent.dataDir}`).trim().split('\n').map(Number);
    process.kill(supervisor ?? 0, 'SIGKILL');
    process.kill(before.pid, 'SIGKILL');
    execFileSync('umount', [`/var/run/netns/${first.ID}`]);
    // Leases are on the disk; all else is the kernel's.
    flushRules();
    host.run('ip', 'link', 'del', BRIDGE);
    await host.agent.start();

    await host.allocationsOf('reborn', 1, (each) => isRunning(each) && each.TaskStates?.['server']?.Restarts === 1);
    const after = await patiently('it answers again', () => ask(url));
    expect(after.pid).not.toBe(before.pid);
    expect(after['NOMAD_ALLOC_ID']).toBe(first.ID);
    await host.stopped('reborn');
    await host.noRuleIsLeft();
  });

  function flushRules(): void {
    host.run(
      'sh',
      '-c',
      'for table in filter nat; do for t in iptables ip6tables; do $t -t $table -F; $t -t $table -X; done; done',
    );
  }

  async function makeStranger(id: string, like: string): Promise<void> {
    const folder = join(host.agent.dataDir, 'client/networks');
    const record = JSON.parse(await readFile(join(folder, like, 'network.json'), 'utf8'));
    const { result: _, ...begun } = JSON.parse(JSON.stringify(record).replaceAll(like, id));
    await mkdir(join(folder, id));
    await writeFile(join(folder, id, 'network.json'), JSON.stringify(begun));
    await writeFile(`/var/run/netns/${id}`, '');
    execFileSync('unshare', [`--net=/var/run/netns/${id}`, 'true']);
  }
});
