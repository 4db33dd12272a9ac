import type { HclFunction } from './function.ts';

/** `readFile` throws as node:fs does when a file cannot be read; `home` is what `~` stands for. */
export type FileAccess = {
  readFile: (path: string) => Uint8Array | string;
  baseDir: string;
  exists?: (path: string) => boolean;
  listFiles?: (directory: string) => readonly string[];
  home?: string;
};

/** The functions that read files: file, fileexists, fileset, filebase64, abspath, pathexpand. */
export function fileFunctions(_access: FileAccess): ReadonlyMap<string, HclFunction> {
  throw new Error('being written');
}
