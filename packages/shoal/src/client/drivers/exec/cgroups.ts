import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The hierarchies of control groups that this machine has (cgroups(7)). */
export type Hierarchies =
  | { version: 2; root: string }
  /** Where each controller is mounted. */
  | { version: 1; roots: ReadonlyMap<string, string> };

const UNIFIED = '/sys/fs/cgroup';
/** Below it each task has its group; made and removed by runc. */
const PARENT = '/shoal';

export const groupOf = (container: string): string => `${PARENT}/${container}`;

/** Of /proc/self/mountinfo (proc(5)). Version 2 counts only where it is all there is, as for runc. */
export function hierarchiesIn(mountinfo: string): Hierarchies {
  const roots = new Map<string, string>();
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const mountpoint = before.split(' ')[4] ?? '';
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2' && mountpoint === UNIFIED) return { version: 2, root: UNIFIED };
    if (type === 'cgroup') for (const controller of options.split(',')) roots.set(controller, mountpoint);
  }
  return { version: 1, roots };
}

/** The controllers that tasks need and this machine lacks. */
export function missingControllers(hierarchies: Hierarchies): string[] {
  const there =
    hierarchies.version === 2
      ? read(join(hierarchies.root, 'cgroup.controllers')).trim().split(' ')
      : [...hierarchies.roots.keys()];
  const needed = hierarchies.version === 2 ? ['cpu', 'memory'] : ['cpu', 'cpuacct', 'memory', 'devices', 'freezer'];
  return needed.filter((controller) => !there.includes(controller));
}

/** Whether groups can be made: in a container the hierarchies are often there to be read only. */
export function mayMakeGroups(hierarchies: Hierarchies): boolean {
  const roots = hierarchies.version === 2 ? [hierarchies.root] : [...hierarchies.roots.values()];
  try {
    for (const root of roots) accessSync(root, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a group can be kept from swapping: version 1 counts that only if the kernel was told to, version 2 shows it where there is something to swap to. */
export function limitsSwap(hierarchies: Hierarchies): boolean {
  if (hierarchies.version === 2) return read('/proc/swaps').trim().split('\n').length > 1;
  return existsSync(join(hierarchies.roots.get('memory') ?? '', 'memory.memsw.limit_in_bytes'));
}

/** The folder that lists the processes of a group. */
export function membersFolder(hierarchies: Hierarchies, group: string): string {
  return folder(hierarchies, 'freezer', group);
}

/** How often the kernel killed one of its processes for want of memory. */
export function oomKills(hierarchies: Hierarchies, group: string): number {
  const file = hierarchies.version === 2 ? 'memory.events' : 'memory.oom_control';
  return table(join(folder(hierarchies, 'memory', group), file))['oom_kill'] ?? 0;
}

/** Times in nanoseconds of CPU. */
export type GroupUse = { totalNs: number; userNs: number; systemNs: number; rssBytes: number };

const NS_PER_TICK = 10_000_000;

export function groupUse(hierarchies: Hierarchies, group: string): GroupUse {
  const memory = table(join(folder(hierarchies, 'memory', group), 'memory.stat'));
  const rssBytes = memory['anon'] ?? memory['total_rss'] ?? 0;
  if (hierarchies.version === 2) {
    const cpu = table(join(folder(hierarchies, 'cpu', group), 'cpu.stat'));
    const ns = (name: string) => (cpu[name] ?? 0) * 1000;
    return { totalNs: ns('usage_usec'), userNs: ns('user_usec'), systemNs: ns('system_usec'), rssBytes };
  }
  const place = folder(hierarchies, 'cpuacct', group);
  const ticks = table(join(place, 'cpuacct.stat'));
  const ns = (name: string) => (ticks[name] ?? 0) * NS_PER_TICK;
  return {
    totalNs: Number(read(join(place, 'cpuacct.usage')) || 0),
    userNs: ns('user'),
    systemNs: ns('system'),
    rssBytes,
  };
}

function folder(hierarchies: Hierarchies, controller: string, group: string): string {
  return join(hierarchies.version === 2 ? hierarchies.root : (hierarchies.roots.get(controller) ?? ''), group);
}

/** Lines of a name and a number. */
function table(path: string): Record<string, number> {
  const lines = read(path).split('\n').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => line.split(' ')).map(([name = '', value]) => [name, Number(value)] as const),
  );
}

/** "" for a group that is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
