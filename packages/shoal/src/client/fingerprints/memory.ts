import { totalmem } from 'node:os';
import type { Fingerprint } from './fingerprint.ts';

const MEGABYTE = 1024 * 1024;

export const memoryFingerprint: Fingerprint = {
  name: 'memory',
  periodic: false,
  async run({ machine, config }) {
    const bytes = parseMemTotal((await machine.readText('/proc/meminfo')) ?? '') ?? totalmem();
    const memoryMB = config.memoryTotalMB || Math.floor(bytes / MEGABYTE);
    return { attributes: { 'memory.totalbytes': String(bytes) }, memoryMB };
  },
};

/** Bytes, of /proc/meminfo's `MemTotal: 24683120 kB`. */
export function parseMemTotal(text: string): number | undefined {
  const kilobytes = /^MemTotal:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
