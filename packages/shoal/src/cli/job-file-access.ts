import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { FileAccess } from '@shoal/hcl';

/**
 * What `file("…")` and its like may read. A relative path counts from the folder that the command runs in, as with Nomad;
 * what is not there is looked for beside the job file, so that a job works from wherever it is run. `path` is the
 * job file's, undefined where it has none (standard input, a URL).
 */
export function jobFileAccess(path: string | undefined, cwd = process.cwd()): FileAccess {
  const beside = path === undefined ? undefined : dirname(path);
  const find = (wanted: string) => {
    const other = beside === undefined ? wanted : join(beside, relative(cwd, wanted));
    return existsSync(wanted) || !existsSync(other) ? wanted : other;
  };
  return {
    baseDir: cwd,
    home: homedir(),
    readFile: (wanted) => readFileSync(find(wanted)),
    exists: (wanted) => existsSync(find(wanted)),
    listFiles: (folder) => filesBelow(find(folder)),
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((item) => item.isFile())
    .map((item) => `${item.parentPath ?? item.path}/${item.name}`.slice(folder.length).replace(/^\/+/, ''));
}
