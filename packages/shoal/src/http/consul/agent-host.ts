import { statfs } from 'node:fs/promises';
import { arch, cpus, freemem, hostname, machine, platform, release, totalmem, uptime } from 'node:os';

/** What `/v1/agent/host` tells of the machine: bytes, seconds, percent. */
export async function hostInfo(hostId: string, now: number) {
  const total = totalmem();
  const available = freemem();
  return {
    Memory: {
      total,
      available,
      used: total - available,
      usedPercent: ((total - available) / total) * 100,
      free: available,
    },
    CPU: cpus().map(({ model, speed }, cpu) => ({
      cpu,
      vendorId: '',
      family: '',
      model: '',
      physicalId: '',
      coreId: String(cpu),
      cores: 1,
      modelName: model,
      mhz: speed,
    })),
    Host: {
      hostname: hostname(),
      uptime: Math.floor(uptime()),
      bootTime: Math.floor(now / 1000 - uptime()),
      os: platform(),
      platform: platform(),
      platformFamily: '',
      platformVersion: '',
      kernelVersion: release(),
      kernelArch: machine() || arch(),
      hostid: hostId,
    },
    Disk: await disk('/'),
    CollectionTime: Math.floor(now * 1e6),
    Errors: null,
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
  };
}
