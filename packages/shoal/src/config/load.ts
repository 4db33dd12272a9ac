import { readdir, readFile, stat } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { type Diagnostic, hasErrors } from '@shoal/hcl';
import { defaultInterface } from './addresses/default-route.ts';
import type { AgentConfig } from './agent-config.ts';
import { complete, type Surroundings } from './complete.ts';
import { readInDialect } from './dialects/decide.ts';
import type { Dialect } from './dialects/dialect.ts';
import { readDocument } from './document.ts';
import { type ConfigFiles, readSources, type SourceFile } from './files.ts';
import { type AgentFlags, applyFlags } from './flags.ts';
import { mergeSettings } from './merge.ts';
import type { Setting } from './settings.ts';

/** The world that a configuration is read in. */
export type ConfigEnvironment = Surroundings & { readonly files: ConfigFiles };

export type LoadOptions = {
  /** Files and folders, in order. */
  readonly paths: readonly string[];
  readonly flags?: AgentFlags;
  readonly env: ConfigEnvironment;
};

export type LoadedConfig = {
  /** Absent when a diagnostic is an error. */
  readonly config?: AgentConfig;
  /** Errors first, each in the order of the files. */
  readonly diagnostics: readonly Diagnostic[];
  /** Text of each file, for code frames: `sources.get(diagnostic.range.filename)`. */
  readonly sources: ReadonlyMap<string, string>;
  /** The dialect that each file was read in. */
  readonly dialects: ReadonlyMap<string, Dialect>;
};

/**
 * Reads the whole configuration: every file in its dialect, merged in order, flags last, defaults filled in. Nothing is
 * thrown for what a user may write; all that is wrong is reported at once.
 */
export async function loadConfig({ paths, flags = {}, env }: LoadOptions): Promise<LoadedConfig> {
  const { sources, diagnostics } = await readSources(paths, env.files);
  const readings = sources.map(readFileSettings);
  const merged = mergeSettings(
    applyFlags(
      readings.flatMap(({ settings }) => settings),
      flags,
    ),
  );
  const read = [...diagnostics, ...readings.flatMap((reading) => reading.diagnostics), ...merged.diagnostics];
  const completed = complete(
    merged,
    env,
    sources.map(({ name }) => name),
  );
  // What nobody set may stand in what could not be read.
  const certain = completed.diagnostics.filter(({ range }) => range !== undefined || !hasErrors(read));
  const all = [...read, ...certain];
  const ordered = [...all.filter(isError), ...all.filter((diagnostic) => !isError(diagnostic))];
  return {
    ...(!hasErrors(all) && { config: completed.config }),
    diagnostics: ordered,
    sources: new Map(sources.map(({ name, source }) => [name, source])),
    dialects: new Map(readings.map(({ name, dialect }) => [name, dialect])),
  };
}

type FileReading = { name: string; dialect: Dialect; settings: readonly Setting[]; diagnostics: readonly Diagnostic[] };

function readFileSettings({ name, source }: SourceFile): FileReading {
  const document = readDocument(source, name);
  const reading = readInDialect(document.root, name);
  return {
    name,
    dialect: reading.dialect,
    settings: reading.settings,
    diagnostics: [...document.diagnostics, ...reading.diagnostics],
  };
}

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === 'error';
}

/** This machine, as it is now. */
export async function systemEnvironment(): Promise<ConfigEnvironment> {
  // Only Linux has it; elsewhere no interface counts as the default one.
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return {
    hostname: hostname(),
    cwd: process.cwd(),
    interfaces: networkInterfaces(),
    defaultInterface: defaultInterface(routes),
    files: {
      isFolder: async (path) => (await stat(path)).isDirectory(),
      list: (folder) => readdir(folder),
      read: (file) => readFile(file, 'utf8'),
    },
  };
}
