import { readFile, statfs } from 'node:fs/promises';
import { arch, hostname, networkInterfaces, platform, release } from 'node:os';
import type { Machine } from './fingerprint.ts';

/** The machine that the agent runs on. */
export const thisMachine: Machine = {
  readText: (path) => readFile(path, 'utf8').catch(() => undefined),
  statfs: (path) =>
    statfs(path).then(
      ({ blocks, bavail, bsize }) => ({ totalBytes: blocks * bsize, freeBytes: bavail * bsize }),
      () => undefined,
    ),
  hostname,
  arch,
  platform,
  release,
  interfaces: () => Object.fromEntries(Object.entries(networkInterfaces()).map(([name, list]) => [name, list ?? []])),
};
