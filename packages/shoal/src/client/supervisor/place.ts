import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';

/** Where a supervisor keeps its things: `<data_dir>/supervisor/{socket,lock,log,tasks/,fifos/}`. */
export function supervisorDir(dataDir: string): string {
  return join(dataDir, 'supervisor');
}

export const SOCKET_NAME = 'socket';
export const LOG_NAME = 'log';
export const TASKS_NAME = 'tasks';
export const FIFOS_NAME = 'fifos';

/** sun_path of unix(7), with its closing zero byte. */
const LONGEST_SOCKET_PATH = 107;

/**
 * A path for `listen` and `connect`. A data_dir may lie deeper than a socket's name may be long: then the way goes through an open descriptor of
 * the folder, which is short. `release` when bound or connected (a server: when it ends).
 */
export function socketPath(dir: string): { path: string; release(): void } {
  const path = join(dir, SOCKET_NAME);
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return { path, release: () => {} };
  const fd = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  let open = true;
  const release = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  return { path: `/proc/self/fd/${fd}/${SOCKET_NAME}`, release };
}
