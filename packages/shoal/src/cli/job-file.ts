import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Job } from '@shoal/api';
import { type Diagnostic, type FileAccess, formatDiagnostic } from '@shoal/hcl';
import type { Draft } from '../jobspec/draft.ts';
import { parseJob } from '../jobspec/parse/parse-job.ts';
import type { Env } from './command.ts';
import { CommandError } from './errors.ts';
import type { FlagSpecs, FlagValues } from './flags.ts';
import type { Io } from './io.ts';

/** What every command that reads a job file takes. */
export const JOB_FILE_FLAGS = {
  var: { kind: 'texts', value: 'NAME=VALUE', help: 'Value of a variable of the job file (repeatable)' },
  'var-file': { kind: 'texts', value: 'FILE', help: 'File with values of variables (repeatable)' },
  json: { kind: 'bool', help: "The file is JSON in the API's shape (as is seen from the file, too)" },
} as const satisfies FlagSpecs;

export type JobFile = { readonly job: Draft<Job> & { ID: string }; readonly filename: string };

type Given = {
  readonly path: string;
  readonly flags: FlagValues<typeof JOB_FILE_FLAGS>;
  readonly io: Io;
  readonly env: Env;
};

/** Reads a job file: a path, `-` for the standard input, or a URL. All that is wrong with it is told at once, as code frames. */
export async function readJobFile({ path, flags, io, env }: Given): Promise<JobFile> {
  const filename = path === '-' ? 'stdin.hcl' : path;
  const source = await sourceOf(path, io);
  const variableFiles = await Promise.all(
    flags['var-file'].map(async (file) => ({ filename: file, source: await textOf(file) })),
  );
  const { job, diagnostics } = parseJob(source, {
    filename,
    variables: variablesOf(flags.var),
    variableFiles,
    env,
    files: fileAccess(),
  });
  const sources = new Map([[filename, source], ...variableFiles.map((file) => [file.filename, file.source] as const)]);
  const frames = frame(diagnostics, sources, io);
  if (!job) throw new CommandError(`the job file ${filename} cannot be used:\n\n${frames}`.trimEnd());
  if (frames !== '') io.err(`${frames}\n`);
  const id = job.ID ?? job.Name;
  if (!id) throw new CommandError(`the job in ${filename} has no ID`);
  return { job: { ...job, ID: id }, filename };
}

async function sourceOf(path: string, io: Io): Promise<string> {
  if (path === '-') return (await io.input()).toString('utf8');
  return /^https?:\/\//.test(path) ? download(path) : textOf(path);
}

async function download(url: string): Promise<string> {
  const { nodeFetch } = await import('./connection/node-fetch.ts');
  const answer = await nodeFetch()(url, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new CommandError(`${url} answered ${answer.status}`);
  return answer.text();
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EISDIR: 'it is a folder',
      EACCES: 'this user may not read it',
    };
    throw new CommandError(`cannot read ${path}: ${reasons[code ?? ''] ?? String(error)}`);
  }
}

function variablesOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new CommandError(`-var "${text}" is no NAME=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Functions of files count from the folder that the command runs in, as Nomad's do. */
function fileAccess(): FileAccess {
  return {
    baseDir: process.cwd(),
    home: homedir(),
    readFile: (path) => readFileSync(path),
    exists: (path) => existsSync(path),
    listFiles: (folder) =>
      readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((item) => item.isFile())
        .map((item) => `${item.parentPath ?? item.path}/${item.name}`.slice(folder.length).replace(/^\/+/, '')),
  };
}

function frame(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>, io: Io): string {
  const color = io.paintErr.bold('x') !== 'x';
  return diagnostics
    .map((diagnostic) => formatDiagnostic(diagnostic, sources.get(diagnostic.range?.filename ?? ''), { color }))
    .join('\n');
}
