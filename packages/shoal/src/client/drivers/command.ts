import { accessSync, chmodSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, resolve } from 'node:path';
import type { TaskDirs } from './driver.ts';

/**
 * Finds a task's program: an absolute path as it is; else in `local/`, where artifacts go; else in the task's folder; else, for a bare name, in
 * PATH. A file of the task's own is made executable: downloads seldom are. Undefined if there is none.
 */
export function resolveCommand(command: string, dirs: TaskDirs, searchPath: string): string | undefined {
  if (isAbsolute(command)) return isFile(command) ? prepared(command, dirs) : undefined;
  for (const place of [dirs.localDir, dirs.taskDir]) {
    const path = resolve(place, command);
    if (isFile(path)) return prepared(path, dirs);
  }
  return command.includes('/') ? undefined : findInPath(command, searchPath);
}

function findInPath(name: string, searchPath: string): string | undefined {
  const folders = searchPath.split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find((path) => isFile(path) && isExecutable(path));
}

function prepared(path: string, dirs: TaskDirs): string {
  const own = !relative(dirs.taskDir, path).startsWith('..');
  if (own && !isExecutable(path)) chmodSync(path, statSync(path).mode | 0o111);
  return path;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** By its bits: to root everything is accessible. */
function isExecutable(path: string): boolean {
  if ((statSync(path).mode & 0o111) === 0) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
