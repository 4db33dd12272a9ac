import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Control groups, only as lists of members (no limits): a process cannot leave its group, whatever it does to its session, parent or environment.
 * Below the supervisor's own group, so that nothing is touched that belongs to somebody else.
 */
export type Cgroups = {
  /** Makes a group for a task, and returns its folder; undefined if that is not possible here. */
  create(id: string): string | undefined;
  /** Removes what is empty. */
  close(): void;
};

/** `name` tells supervisors of one machine apart. */
export function openCgroups(name: string): Cgroups {
  const own = ownGroup();
  const base = own === undefined ? undefined : join(own, `shoal-${digest(name)}`);
  return {
    create(id) {
      if (base === undefined) return undefined;
      const group = join(base, digest(id));
      try {
        mkdirSync(group, { recursive: true });
        return group;
      } catch {
        // Not delegated to us after all: tasks are found by their mark and their group.
        return undefined;
      }
    },
    close() {
      if (base !== undefined) removeGroup(base);
    },
  };
}

/** Takes the kernel some milliseconds, hence not at once. Children that the process has made until then follow it. */
export async function joinGroup(group: string, pid: number): Promise<void> {
  await writeFile(join(group, 'cgroup.procs'), String(pid));
  // One that ends meanwhile is no loss.
  for (const child of await childrenOf(pid)) await joinGroup(group, child).catch(() => {});
}

/** As proc(5) lists them; none where the kernel does not: those are found by their mark. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

/** The members of a group; none if it is gone. */
export function groupPids(group: string): number[] {
  try {
    return readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

export function removeGroup(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // In use, or gone: nothing depends on it.
  }
}

/** Version 2 first; of version 1 the freezer, which neither systemd nor container engines arrange. */
function ownGroup(): string | undefined {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
    const groups = readFileSync('/proc/self/cgroup', 'utf8');
    const candidates = [groupFolder(mounts, groups, 'cgroup2'), groupFolder(mounts, groups, 'freezer')];
    return candidates.find((folder) => folder !== undefined && isWritable(folder));
  } catch {
    return undefined;
  }
}

/**
 * Where a hierarchy shows the group that /proc/self/cgroup names (cgroups(7)). A mount may show a part of the hierarchy only: its root is then
 * cut off, and a group outside of it has no folder.
 */
export function groupFolder(mountinfo: string, cgroup: string, kind: 'cgroup2' | 'freezer'): string | undefined {
  const own = cgroup
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, names]) => (kind === 'cgroup2' ? names === '' : names?.split(',').includes(kind)));
  const path = own?.slice(2).join(':');
  if (path === undefined) return undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', mountpoint = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    const fits = kind === 'cgroup2' ? type === 'cgroup2' : type === 'cgroup' && options.split(',').includes(kind);
    if (!fits) continue;
    if (root === '/') return join(mountpoint, path);
    if (path === root || path.startsWith(`${root}/`)) return join(mountpoint, path.slice(root.length));
  }
  return undefined;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
