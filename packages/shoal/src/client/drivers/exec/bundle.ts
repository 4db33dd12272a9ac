import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskSpec } from '../driver.ts';

/** Where a task is kept as a container: `<data_dir>/client/exec/<container>/`. It holds the task's environment, so nobody else may look in. */
export type Bundle = {
  container: string;
  dir: string;
  /** The keeper writes here how the task ended, also when nobody is there to see it. */
  exitDir: string;
  pidFile: string;
  /** What runc has to say, as JSON. */
  log: string;
};

const EXIT_DIR = 'exit';

/** Made again from what a handle holds. A name of runc's: letters, digits, `.`, `_`, `-`, `+`. */
export function bundleOf(base: string, { id, allocId }: Pick<TaskSpec, 'id' | 'allocId'>): Bundle {
  return bundleNamed(base, `${allocId}.${createHash('sha256').update(id).digest('hex').slice(0, 12)}`);
}

/** What is in the folder that is no container's is left alone. */
export const isContainerName = (name: string): boolean => /^[0-9a-f-]{36}\.[0-9a-f]{12}$/.test(name);

export function bundleNamed(base: string, container: string): Bundle {
  const dir = join(base, container);
  return {
    ...{ container, dir },
    exitDir: join(dir, EXIT_DIR),
    pidFile: join(dir, 'pid'),
    log: join(dir, 'runc.log'),
  };
}

export function makeBundle({ dir, exitDir }: Bundle): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  mkdirSync(exitDir, { recursive: true });
}

export function writeSpec({ dir }: Bundle, spec: Record<string, unknown>): void {
  writeFileSync(join(dir, 'config.json'), JSON.stringify(spec), { mode: 0o600 });
}

export function removeBundle({ dir }: Bundle): void {
  rmSync(dir, { recursive: true, force: true });
}

/** The task's exit code, as the keeper kept it; undefined if it has not ended. */
export function keptExit({ exitDir, container }: Bundle): number | undefined {
  const text = read(join(exitDir, container)).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The last complaint of runc; "" if there is none. */
export function lastComplaint({ log }: Bundle): string {
  const lines = read(log).split('\n').filter(Boolean);
  for (const line of lines.reverse()) {
    try {
      const { level, msg } = JSON.parse(line) as { level?: string; msg?: string };
      if (level === 'error' && msg) return msg;
    } catch {
      // Half a line: it was killed while it wrote.
    }
  }
  return '';
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
