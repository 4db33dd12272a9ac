import { readdir, readFile, stat } from 'node:fs/promises';
import { formatDiagnostic } from '@shoal/hcl';
import type { ConfigFiles } from '../../src/config/files.ts';
import type { AgentFlags } from '../../src/config/flags.ts';
import { type ConfigEnvironment, type LoadedConfig, loadConfig } from '../../src/config/load.ts';
import { aMachine } from './machine.ts';

/** Files that exist only here: `{ 'etc/consul.hcl': '…' }`. */
export function filesOf(contents: Readonly<Record<string, string>>): ConfigFiles {
  const names = Object.keys(contents);
  const missing = (path: string) => Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  return {
    isFolder: async (path) => {
      if (!(path in contents) && !names.some((name) => name.startsWith(`${path}/`))) throw missing(path);
      return !(path in contents);
    },
    list: async (folder) =>
      names.filter((name) => name.startsWith(`${folder}/`)).map((name) => name.slice(folder.length + 1)),
    read: async (file) => {
      const text = contents[file];
      if (text === undefined) throw missing(file);
      return text;
    },
  };
}

export function anEnvironment(files: ConfigFiles, more: Partial<ConfigEnvironment> = {}): ConfigEnvironment {
  return { ...aMachine(), hostname: 'harpsichord.mooncarrot.space', cwd: '/srv', files, ...more };
}

/** Loads what is written here as if it were one file (or several). */
export function load(
  given: string | Readonly<Record<string, string>>,
  options: { flags?: AgentFlags; env?: Partial<ConfigEnvironment> } = {},
): Promise<LoadedConfig> {
  const contents = typeof given === 'string' ? { 'agent.hcl': given } : given;
  const env = anEnvironment(filesOf(contents), options.env);
  return loadConfig({ paths: Object.keys(contents), env, ...(options.flags && { flags: options.flags }) });
}

const FIXTURES = new URL('./fixtures/', import.meta.url).pathname;

/** The files of the fixtures, without the folder that they happen to be in. */
export const fixtureFiles: ConfigFiles = {
  isFolder: async (path) => (await stat(FIXTURES + path)).isDirectory(),
  list: (folder) => readdir(FIXTURES + folder),
  read: (file) => readFile(FIXTURES + file, 'utf8'),
};

/** All diagnostics as a terminal shows them. */
export function shown({ diagnostics, sources }: LoadedConfig): string {
  return diagnostics.map((one) => formatDiagnostic(one, sources.get(one.range?.filename ?? ''))).join('\n');
}
