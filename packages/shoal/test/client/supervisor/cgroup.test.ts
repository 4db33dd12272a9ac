import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupFolder, groupPids, joinGroup, openCgroups, removeGroup } from '../../../src/client/supervisor/cgroup.ts';
import { readProcessTable, readStat } from '../../../src/client/supervisor/proc.ts';
import { until } from '../../support/until.ts';
import { aNode, aTask, never } from './harness.ts';

describe('the folder of our own control group', () => {
  const v2 = '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
  const hybrid =
    '31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n33 30 0:29 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n';
  const part = '30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n';
  const cases = [
    {
      name: 'version 2',
      mounts: v2,
      own: '0::/system.slice/shoal.service\n',
      kind: 'cgroup2',
      want: '/sys/fs/cgroup/system.slice/shoal.service',
    },
    {
      name: 'hybrid',
      mounts: hybrid,
      own: '6:freezer:/\n0::/a:b\n',
      kind: 'cgroup2',
      want: '/sys/fs/cgroup/unified/a:b',
    },
    {
      name: 'version 1',
      mounts: hybrid,
      own: '6:freezer:/x\n1:cpu,cpuacct:/\n',
      kind: 'freezer',
      want: '/sys/fs/cgroup/freezer/x',
    },
    {
      name: 'a part of the hierarchy',
      mounts: part,
      own: '0::/docker/abc/d\n',
      kind: 'cgroup2',
      want: '/sys/fs/cgroup/d',
    },
    { name: 'outside of the part', mounts: part, own: '0::/docker/abcd\n', kind: 'cgroup2', want: undefined },
    { name: 'no hierarchy', mounts: '', own: '0::/\n', kind: 'cgroup2', want: undefined },
    { name: 'not in it', mounts: v2, own: '', kind: 'cgroup2', want: undefined },
  ] as const;
  it.each(cases)('$name', ({ mounts, own, kind, want }) => {
    expect(groupFolder(mounts, own, kind)).toBe(want);
  });
});

/** Where no groups can be made (in many containers) the mark is all there is, and this process has none. */
it('a process without mark, session and parent ends with its task where control groups can be made', async () => {
  const node = await aNode();
  const supervisor = await node.connect();
  const flee = "(env -i setsid sh -c 'echo $$ > child; exec sleep 30' >/dev/null 2>&1 &)";
  // Once it is in its group, which takes the kernel a moment.
  const task = aTask(node, `sleep 0.3; ${flee}; while [ ! -s child ]; do sleep 0.02; done`);
  await supervisor.start(task);
  await supervisor.wait(task.id, never);
  const child = Number(readFileSync(join(node.logDir, 'child'), 'utf8'));
  const alive = (readStat(child)?.state ?? 'Z') !== 'Z';
  if (alive) process.kill(child, 'SIGKILL');
  expect(alive).toBe(!canMakeGroups());
});

it('children that a process made before it joined a group follow it', async () => {
  if (!canMakeGroups()) return;
  const groups = openCgroups(`children ${process.pid}`);
  const group = groups.create('task') ?? '';
  const parent = spawn('sh', ['-c', '(sleep 30 & wait) & echo ready; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await once(parent.stdout, 'data');
    await until('both children run', () => descendants(parent.pid ?? 0).length === 2);
    await joinGroup(group, parent.pid ?? 0);
    expect(groupPids(group)).toEqual(expect.arrayContaining([parent.pid, ...descendants(parent.pid ?? 0)]));
  } finally {
    for (const pid of groupPids(group)) process.kill(pid, 'SIGKILL');
    await until('the group is empty', () => groupPids(group).length === 0);
    removeGroup(group);
    groups.close();
  }
});

function descendants(pid: number): number[] {
  const children = readProcessTable().filter(({ ppid }) => ppid === pid);
  return children.flatMap((row) => [row.pid, ...descendants(row.pid)]);
}

function canMakeGroups(): boolean {
  const probe = openCgroups(`probe ${process.pid}`);
  const group = probe.create('probe');
  if (group !== undefined) removeGroup(group);
  probe.close();
  return group !== undefined;
}
