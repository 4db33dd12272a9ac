import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VariableFile } from '../jobspec/parse/variables.ts';
import { readText } from './read-text.ts';

/** Names of files whose values are taken without being asked for. */
const AUTO = /\.auto\.vars\.(?:hcl|json)$/;

/**
 * Files with values of variables, those that count less first: `*.auto.vars.hcl` beside the job file (there may be values
 * for other jobs in them), then those that were given. `path` is the job file's, undefined where it has none.
 */
export async function variableFilesFor(path: string | undefined, given: readonly string[]): Promise<VariableFile[]> {
  const auto = path === undefined ? [] : await autoFilesIn(dirname(path));
  return Promise.all([
    ...auto.map(async (filename) => ({ filename, source: await readText(filename), shared: true })),
    ...given.map(async (filename) => ({ filename, source: await readText(filename) })),
  ]);
}

async function autoFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []); // the job file tells whether there is such a folder
  return names
    .filter((name) => AUTO.test(name))
    .sort()
    .map((name) => join(folder, name));
}
