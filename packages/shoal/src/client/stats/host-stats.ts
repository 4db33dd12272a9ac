import { readFile, statfs } from 'node:fs/promises';
import { TICKS_PER_SECOND } from '../supervisor/proc.ts';

/** The use of a machine, as `/v1/client/stats` shows it (https://developer.hashicorp.com/nomad/api-docs/client#read-stats). */
export type HostStats = {
  AllocDirStats: DiskStats;
  CPU: CpuStats[];
  /** MHz. */
  CPUTicksConsumed: number;
  DeviceStats: null;
  DiskStats: DiskStats[];
  /** Bytes. */
  Memory: { Available: number; Free: number; Total: number; Used: number };
  /** Unix nanoseconds. */
  Timestamp: number;
  /** Seconds. */
  Uptime: number;
};

/** Percent of one core since the last reading; at the first, since boot. */
export type CpuStats = { CPU: string; User: number; System: number; Idle: number; Total: number };

export type DiskStats = {
  Device: string;
  Mountpoint: string;
  /** Bytes. */
  Size: number;
  Used: number;
  Available: number;
  UsedPercent: number;
  InodesUsedPercent: number;
};

export type HostStatsReader = () => Promise<HostStats>;

export function createHostStatsReader(options: { allocDir: string; coreMHz: number }): HostStatsReader {
  let before = new Map<string, CpuTicks>();
  return async () => {
    const [stat, meminfo, uptime, mounts] = await Promise.all(
      ['stat', 'meminfo', 'uptime', 'self/mounts'].map((name) => readFile(`/proc/${name}`, 'utf8')),
    );
    const ticks = parseCpuTicks(stat ?? '');
    const cpus = [...ticks].map(([name, now]) => cpuStats(name, now, before.get(name)));
    before = ticks;
    const table = parseMounts(mounts ?? '');
    return {
      AllocDirStats: await diskStats(mountOf(options.allocDir, table), options.allocDir),
      CPU: cpus,
      CPUTicksConsumed: (cpus.reduce((sum, cpu) => sum + cpu.Total, 0) / 100) * options.coreMHz,
      DeviceStats: null,
      DiskStats: await allDisks(table, options.allocDir),
      Memory: parseMeminfo(meminfo ?? ''),
      Timestamp: Date.now() * 1_000_000,
      Uptime: Math.floor(Number.parseFloat(uptime ?? '0')),
    };
  };
}

export type CpuTicks = { user: number; system: number; idle: number };

/** The lines `cpu0 user nice system idle iowait irq softirq steal …` of /proc/stat. */
export function parseCpuTicks(text: string): Map<string, CpuTicks> {
  const ticks = new Map<string, CpuTicks>();
  for (const line of text.split('\n')) {
    const [name, ...fields] = line.split(' ');
    if (name === undefined || !/^cpu\d+$/.test(name)) continue;
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0] = fields.map(Number);
    ticks.set(name, { user: user + nice, system: system + irq + softirq, idle: idle + iowait });
  }
  return ticks;
}

export function cpuStats(name: string, now: CpuTicks, before: CpuTicks = { user: 0, system: 0, idle: 0 }): CpuStats {
  const user = Math.max(0, now.user - before.user);
  const system = Math.max(0, now.system - before.system);
  const idle = Math.max(0, now.idle - before.idle);
  // Two readings within one tick: nothing can be said of so short a time.
  const all = user + system + idle || TICKS_PER_SECOND;
  const percent = (part: number): number => (part / all) * 100;
  return {
    CPU: name,
    User: percent(user),
    System: percent(system),
    Idle: percent(idle),
    Total: percent(user + system),
  };
}

export function parseMeminfo(text: string): HostStats['Memory'] {
  const bytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
  const Total = bytes('MemTotal');
  const Available = bytes('MemAvailable');
  return { Available, Free: bytes('MemFree'), Total, Used: Total - Available };
}

export type Mount = { device: string; mountpoint: string };

/** /proc/self/mounts; blanks in names are written as octal numbers (fstab(5)). */
export function parseMounts(text: string): Mount[] {
  const plain = (field: string): string =>
    field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([device = '', mountpoint = '']) => ({ device: plain(device), mountpoint: plain(mountpoint) }));
}

/** The mount that a path lies on. */
export function mountOf(path: string, mounts: Mount[]): Mount {
  const holds = ({ mountpoint }: Mount): boolean =>
    mountpoint === '/' || path === mountpoint || path.startsWith(`${mountpoint}/`);
  const fitting = mounts.filter(holds).sort((a, b) => a.mountpoint.length - b.mountpoint.length);
  return fitting.at(-1) ?? { device: '', mountpoint: '/' };
}

/** Disks, each once; in a container without any, the one that the allocations lie on. */
async function allDisks(mounts: Mount[], allocDir: string): Promise<DiskStats[]> {
  const byDevice = new Map<string, Mount>();
  for (const mount of mounts)
    if (mount.device.startsWith('/dev/') && !byDevice.has(mount.device)) byDevice.set(mount.device, mount);
  const chosen = byDevice.size > 0 ? [...byDevice.values()] : [mountOf(allocDir, mounts)];
  const disks = await Promise.all(chosen.map((mount) => diskStats(mount, mount.mountpoint).catch(() => undefined)));
  return disks.filter((disk) => disk !== undefined);
}

async function diskStats(mount: Mount, path: string): Promise<DiskStats> {
  const fs = await statfs(path);
  const usedBlocks = fs.blocks - fs.bfree;
  const usedInodes = fs.files - fs.ffree;
  return {
    Device: mount.device,
    Mountpoint: mount.mountpoint,
    Size: fs.blocks * fs.bsize,
    Used: usedBlocks * fs.bsize,
    Available: fs.bavail * fs.bsize,
    // As df shows it: what is kept for root does not count.
    UsedPercent: share(usedBlocks, usedBlocks + fs.bavail),
    InodesUsedPercent: share(usedInodes, fs.files),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}
