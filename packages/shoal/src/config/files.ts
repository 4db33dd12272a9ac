import { join } from 'node:path';
import type { Diagnostic } from '@shoal/hcl';

/** What reading files needs of a file system. Errors are Node's, with `code`. */
export type ConfigFiles = {
  readonly isFolder: (path: string) => Promise<boolean>;
  readonly list: (folder: string) => Promise<readonly string[]>;
  readonly read: (file: string) => Promise<string>;
};

export type SourceFile = { readonly name: string; readonly source: string };

/** Reads files and folders in the given order; of a folder all `.hcl` and `.json` by name, and no folders inside it. */
export async function readSources(
  paths: readonly string[],
  files: ConfigFiles,
): Promise<{ sources: SourceFile[]; diagnostics: Diagnostic[] }> {
  const sources: SourceFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    try {
      for (const name of await namesOf(path, files)) sources.push({ name, source: await files.read(name) });
    } catch (error) {
      diagnostics.push(unreadable(path, error));
    }
  }
  return { sources, diagnostics };
}

async function namesOf(path: string, files: ConfigFiles): Promise<string[]> {
  if (!(await files.isFolder(path))) return [path];
  const names = (await files.list(path)).filter((name) => /\.(?:hcl|json)$/.test(name)).map((name) => join(path, name));
  const folders = await Promise.all(names.map((name) => files.isFolder(name)));
  return names.filter((_, index) => !folders[index]).sort((a, b) => (a < b ? -1 : 1));
}

function unreadable(path: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Record<string, string> = {
    ENOENT: 'There is no such file or folder.',
    EACCES: 'This user may not read it.',
  };
  return {
    severity: 'error',
    summary: `Cannot read ${path}`,
    detail: reasons[code] ?? (error instanceof Error ? error.message : String(error)),
    remedy:
      code === 'EACCES' ? 'change its permissions, or start the agent as another user' : 'check the path after -config',
  };
}
