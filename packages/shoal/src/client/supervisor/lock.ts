import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { codeOf } from './errors.ts';

/**
 * One supervisor per folder. The lock is a name in Linux's abstract socket space: the kernel takes it back at the holder's death, so it is never
 * stale, and two that start at once cannot both have it. The name is secret, since anyone on the machine could hold a name that he can guess.
 *
 * Resolves with false if another one holds it. It is held until the process ends.
 */
export function takeLock(dir: string): Promise<boolean> {
  const server: Server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (codeOf(error) === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen({ path: `\0shoal-${secretName(dir)}` }, () => {
      server.unref();
      resolve(true);
    });
  });
}

/** Written once; `link` lets one of two writers win, and nobody sees half of it. */
function secretName(dir: string): string {
  const path = join(dir, 'lock');
  const mine = `${path}.${process.pid}`;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  writeFileSync(mine, randomBytes(16).toString('hex'), { mode: 0o600 });
  try {
    linkSync(mine, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(mine, { force: true });
  }
  return readFileSync(path, 'utf8');
}
