import { readdir, readFile, statfs } from 'node:fs/promises';
import { arch, hostname, machine, platform, release, totalmem, uptime } from 'node:os';

/** What `/v1/agent/host` tells of the machine: bytes, seconds, percent, under the names that Consul's clients know. */
export async function hostInfo(hostId: string, now: number) {
  const [meminfo, cpuinfo, osRelease, procs] = await Promise.all([
    readText('/proc/meminfo'),
    readText('/proc/cpuinfo'),
    readText('/etc/os-release'),
    readdir('/proc').catch(() => []),
  ]);
  return {
    Memory: memory(meminfo),
    CPU: processors(cpuinfo),
    Host: {
      hostname: hostname(),
      uptime: Math.floor(uptime()),
      bootTime: Math.floor(now / 1000 - uptime()),
      procs: procs.filter((name) => /^\d+$/.test(name)).length,
      os: platform(),
      ...distribution(osRelease),
      kernelVersion: release(),
      kernelArch: machine() || arch(),
      hostid: hostId,
    },
    Disk: await disk('/'),
    CollectionTime: Math.floor(now * 1e6),
    Errors: null,
  };
}

/** Lines `MemAvailable:  123 kB` of proc(5). */
export function memory(meminfo: string) {
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
  const total = bytes('MemTotal') || totalmem();
  const [free, buffers, cached] = [bytes('MemFree'), bytes('Buffers'), bytes('Cached')];
  const used = total - free - buffers - cached;
  return {
    total,
    available: bytes('MemAvailable'),
    used,
    usedPercent: (used / total) * 100,
    free,
    active: bytes('Active'),
    inactive: bytes('Inactive'),
    buffers,
    cached,
    dirty: bytes('Dirty'),
    shared: bytes('Shmem'),
    slab: bytes('Slab'),
    swaptotal: bytes('SwapTotal'),
    swapfree: bytes('SwapFree'),
    mapped: bytes('Mapped'),
  };
}

/** One block of `name : value` lines for each processor. */
export function processors(cpuinfo: string) {
  const blocks = cpuinfo.split(/\n\n+/).filter((block) => /^processor\s*:/m.test(block));
  return blocks.map((block, cpu) => {
    const value = (name: string) => new RegExp(`^${name}\\s*: *(.*)$`, 'm').exec(block)?.[1]?.trim() ?? '';
    return {
      cpu,
      vendorId: value('vendor_id'),
      family: value('cpu family'),
      model: value('model'),
      stepping: Number(value('stepping') || 0),
      physicalId: value('physical id'),
      coreId: value('core id'),
      cores: 1,
      modelName: value('model name'),
      mhz: Number(value('cpu MHz') || 0),
      cacheSize: Number.parseInt(value('cache size') || '0', 10),
      flags: value('flags').split(' ').filter(Boolean),
      microcode: value('microcode'),
    };
  });
}

/** os-release(5) */
export function distribution(osRelease: string) {
  const value = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  return {
    platform: value('ID') || platform(),
    platformFamily: value('ID_LIKE').split(' ')[0] || value('ID'),
    platformVersion: value('VERSION_ID'),
  };
}

async function disk(path: string) {
  const { blocks, bfree, bavail, bsize, files, ffree } = await statfs(path);
  const used = (blocks - bfree) * bsize;
  return {
    path,
    total: blocks * bsize,
    free: bavail * bsize,
    used,
    usedPercent: (used / Math.max(1, used + bavail * bsize)) * 100,
    inodesTotal: files,
    inodesUsed: files - ffree,
    inodesFree: ffree,
    inodesUsedPercent: ((files - ffree) / Math.max(1, files)) * 100,
  };
}

/** '' where there is no such file. */
async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
