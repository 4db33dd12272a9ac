import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskDirs, TaskSpec } from '../../../src/client/drivers/driver.ts';

let count = 0;

/** The folders of one task, made under a folder. */
export function taskDirs(root: string, allocId: string, task: string): TaskDirs {
  const allocDir = join(root, 'alloc', allocId);
  const taskDir = join(allocDir, task);
  const dirs: TaskDirs = {
    allocDir,
    sharedDir: join(allocDir, 'alloc'),
    taskDir,
    localDir: join(taskDir, 'local'),
    secretsDir: join(taskDir, 'secrets'),
    tmpDir: join(taskDir, 'tmp'),
    logDir: join(allocDir, 'alloc/logs'),
  };
  for (const dir of [...Object.values(dirs), join(dirs.sharedDir, 'data'), join(dirs.sharedDir, 'tmp')]) {
    mkdirSync(dir, { recursive: true });
    chmodSync(dir, 0o777);
  }
  return dirs;
}

/** A task that runs a shell script, with all its folders. */
export function aTaskSpec(root: string, config: Record<string, unknown>, changes: Partial<TaskSpec> = {}): TaskSpec {
  count += 1;
  const allocId = `00000000-0000-4000-9000-${String(process.pid).padStart(8, '0')}${String(count).padStart(4, '0')}`;
  return {
    allocId,
    task: 't',
    id: `${allocId}/t/${count}`,
    config,
    env: {},
    user: '',
    dirs: taskDirs(root, allocId, 't'),
    logs: { maxFiles: 2, maxFileSizeBytes: 1_000_000 },
    resources: { cpuMHz: 100, memoryMB: 32, memoryMaxMB: 0 },
    job: { id: 'job', name: 'job', namespace: 'default', group: 'g' },
    ports: [],
    dns: null,
    volumes: [],
    ...changes,
  };
}

export const shell = (script: string): Record<string, unknown> => ({ command: '/bin/sh', args: ['-c', script] });
