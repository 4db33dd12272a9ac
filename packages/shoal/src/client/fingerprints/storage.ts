import type { Fingerprint } from './fingerprint.ts';

const MEGABYTE = 1024 * 1024;

/** The disk that holds the allocations. What is free now is what can be handed out. */
export const storageFingerprint: Fingerprint = {
  name: 'storage',
  periodic: false,
  async run({ machine, config }) {
    const folder = config.allocDir ?? config.dataDir;
    const disk = await machine.statfs(folder);
    if (disk === undefined) return {};
    const bytes = (given: number | undefined, measured: number) => (given ? given * MEGABYTE : measured);
    const free = bytes(config.diskFreeMB, disk.freeBytes);
    const mounts = (await machine.readText('/proc/self/mounts')) ?? '';
    return {
      attributes: {
        'unique.storage.volume': deviceOf(folder, mounts) ?? folder,
        'unique.storage.bytestotal': String(bytes(config.diskTotalMB, disk.totalBytes)),
        'unique.storage.bytesfree': String(free),
      },
      diskMB: config.diskFreeMB || config.diskTotalMB || Math.floor(free / MEGABYTE),
    };
  },
};

/** The device of the deepest mount that holds the path; lines of /proc/self/mounts are `device folder type …`. */
export function deviceOf(path: string, mounts: string): string | undefined {
  let best: { device: string; folder: string } | undefined;
  for (const line of mounts.split('\n')) {
    const [device, folder] = line.split(' ');
    if (device === undefined || folder === undefined) continue;
    const holds = path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
    if (holds && folder.length >= (best?.folder.length ?? 0)) best = { device, folder };
  }
  return best?.device;
}
