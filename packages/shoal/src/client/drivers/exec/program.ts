import { chmodSync, realpathSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { isInside } from '../../artifacts/inside.ts';
import type { TaskSpec } from '../driver.ts';
import { INSIDE } from '../inside.ts';
import { type Mount, placeOf } from './file-system.ts';

/**
 * Finds a task's program in its file system: an absolute path as it is; else in `local/`, in the task's folder, in its volumes, in `usr/local/bin`, `usr/bin` and `bin`. A file
 * of the task's own is made executable. Undefined if there is none.
 */
export function findProgram(
  command: string,
  { dirs, volumes }: Pick<TaskSpec, 'dirs' | 'volumes'>,
  mounts: readonly Mount[],
): string | undefined {
  const own = [INSIDE.local, '/', ...volumes.map(({ target }) => target)];
  const places = [...own, '/usr/local/bin', '/usr/bin', '/bin'];
  const candidates = command.startsWith('/') ? [command] : places.map((place) => posix.resolve('/', place, command));
  const found = candidates.find((path) => isFile(placeOf(path, mounts, dirs.taskDir)));
  if (found !== undefined) makeExecutable(placeOf(found, mounts, dirs.taskDir), dirs.taskDir);
  return found;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // A link that leads nowhere here may still lead somewhere inside; who means it names the file itself.
    return false;
  }
}

/** Not by a link that leads out of the task's folder. */
function makeExecutable(path: string, taskDir: string): void {
  const file = realpathSync(path);
  if (!isInside(realpathSync(taskDir), file)) return;
  const { mode } = statSync(file);
  if ((mode & 0o111) !== 0o111) chmodSync(file, mode | 0o111);
}
