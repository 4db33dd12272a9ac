import { join } from 'node:path';
import type { TaskDirs } from './drivers/driver.ts';

/**
 * Where things of an allocation lie, below `<data_dir>/alloc/<id>/` (https://developer.hashicorp.com/nomad/docs/concepts/filesystem):
 * `alloc/{data,logs,tmp}` is shared by the tasks, and each task has `<task>/{local,secrets,tmp}`.
 */
export type AllocDirs = { allocDir: string; sharedDir: string; dataDir: string; logDir: string; tmpDir: string };

/** The folders of an allocation. */
export function allocDirs(root: string, allocId: string): AllocDirs {
  const allocDir = join(root, allocId);
  const sharedDir = join(allocDir, 'alloc');
  return {
    allocDir,
    sharedDir,
    dataDir: join(sharedDir, 'data'),
    logDir: join(sharedDir, 'logs'),
    tmpDir: join(sharedDir, 'tmp'),
  };
}

/** The folders that a task sees. */
export function taskDirs(alloc: AllocDirs, task: string): TaskDirs {
  const taskDir = join(alloc.allocDir, task);
  return {
    allocDir: alloc.allocDir,
    sharedDir: alloc.sharedDir,
    taskDir,
    localDir: join(taskDir, 'local'),
    secretsDir: join(taskDir, 'secrets'),
    tmpDir: join(taskDir, 'tmp'),
    logDir: alloc.logDir,
  };
}
