import type { Job } from '@shoal/api';
import type { Diagnostic } from '@shoal/hcl';
import { canonicalJob } from '../jobspec/canonicalize.ts';
import type { Draft } from '../jobspec/draft.ts';
import { withOtherLanguage } from '../jobspec/parse/other-languages.ts';
import { type ParsedJob, parseJob } from '../jobspec/parse/parse-job.ts';
import { diagnose } from '../jobspec/validate/diagnose.ts';
import type { Env } from './command.ts';
import { CommandError, ToldError } from './errors.ts';
import type { FlagSpecs, FlagValues } from './flags.ts';
import type { Io } from './io.ts';
import { jobFileAccess } from './job-file-access.ts';
import { readText } from './read-text.ts';
import { diagnosticFrames } from './show/diagnostic-frames.ts';
import { diagnosticsJson } from './show/diagnostics-json.ts';
import { variableFilesFor } from './variable-files.ts';

/** What every command that reads a job file takes. */
export const JOB_FILE_FLAGS = {
  var: { kind: 'texts', value: 'NAME=VALUE', help: 'Value of a variable of the job file (repeatable)' },
  'var-file': { kind: 'texts', value: 'FILE', help: 'File with values of variables (repeatable)' },
  json: { kind: 'bool', help: 'Print mistakes of the file as JSON; a job in JSON may be given with it, too' },
  hcl1: { kind: 'bool', help: 'The file is in the first version of HCL, with names in quotes' },
  'hcl2-strict': {
    kind: 'bool',
    help: 'Values for variables that the file does not declare are mistakes; =false: are not',
  },
} as const satisfies FlagSpecs;

export type JobFile = {
  readonly job: Draft<Job> & { ID: string };
  readonly filename: string;
  readonly placeOf: ParsedJob['placeOf'];
  /** Texts of the job file and of files of variables, by their names. */
  readonly sources: ReadonlyMap<string, string>;
  /** Warnings about the file, told already. */
  readonly warnings: readonly Diagnostic[];
};

type Given = {
  readonly path: string;
  readonly flags: FlagValues<typeof JOB_FILE_FLAGS>;
  readonly io: Io;
  readonly env: Env;
};

/** The text of a job file, and all that counts for reading it. */
export async function jobFileInput({ path, flags, io, env }: Given) {
  const filename = path === '-' ? 'stdin.hcl' : path;
  const ownPath = path === '-' || isUrl(path) ? undefined : path;
  const source = await sourceOf(path, io);
  const variableFiles = await variableFilesFor(ownPath, flags['var-file']);
  const options = {
    filename,
    variables: variablesOf(flags.var),
    variableFiles,
    env,
    files: jobFileAccess(ownPath),
    firstVersion: flags.hcl1 === true,
    strict: flags['hcl2-strict'] !== false,
  };
  const files = variableFiles.map((file) => [file.filename, file.source] as const);
  return { source, options, sources: new Map([[filename, source], ...files]) };
}

/** Reads a job file: a path, `-` for the standard input, or a URL. All that is wrong with it is told at once. */
export async function readJobFile(given: Given): Promise<JobFile> {
  const { flags, io } = given;
  const { source, options, sources } = await jobFileInput(given);
  const { filename } = options;
  const { job, diagnostics, placeOf } = parseJob(source, options);
  if (!job) {
    const mistakes = options.firstVersion ? diagnostics : withOtherLanguage(source, filename, diagnostics);
    throw unusable(filename, { diagnostics: mistakes, sources }, flags.json === true, io);
  }
  if (diagnostics.length > 0 && !flags.json) io.err(`${diagnosticFrames(diagnostics, sources, io)}\n`);
  const id = job.ID ?? job.Name;
  if (!id) throw new CommandError(`the job in ${filename} has no ID`);
  return {
    job: { ...job, ID: id, Datacenters: job.Datacenters ?? [EVERYWHERE] },
    filename,
    placeOf,
    sources,
    warnings: diagnostics,
  };
}

/** Where a job may run whose file does not say (since Nomad 1.5). The API takes no job without datacenters. */
const EVERYWHERE = '*';

type Mistakes = { readonly diagnostics: readonly Diagnostic[]; readonly sources: ReadonlyMap<string, string> };

function unusable(filename: string, { diagnostics, sources }: Mistakes, asJson: boolean, io: Io): Error {
  const sorted = inOrder(diagnostics);
  if (!asJson) {
    const frames = diagnosticFrames(sorted, sources, io);
    return new CommandError(`the job file ${filename} cannot be used:\n\n${frames}`.trimEnd());
  }
  io.out(diagnosticsJson(sorted, sources));
  return new ToldError();
}

/** As a reader meets them: errors first, then by their lines. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const rank = ({ severity, range }: Diagnostic) => (severity === 'error' ? 0 : 1e9) + (range?.start.line ?? 0);
  return diagnostics.toSorted((a, b) => rank(a) - rank(b));
}

/** What a server would say against the job, as far as that is known without one. */
export function judge({ job, placeOf }: JobFile): Diagnostic[] {
  return inOrder(diagnose(canonicalJob(job), placeOf));
}

/** A server has refused the job: if that can be shown in the file, it is, and the answer is a failure that was told. */
export function refusal(error: unknown, file: JobFile, io: Io): unknown {
  const status = (error as { status?: unknown }).status;
  const found = status === 400 || status === 500 ? judge(file).filter(({ severity }) => severity === 'error') : [];
  if (found.length === 0) return error;
  return new CommandError(`the job was refused:\n\n${diagnosticFrames(found, file.sources, io)}`.trimEnd());
}

async function sourceOf(path: string, io: Io): Promise<string> {
  if (path === '-') return (await io.input()).toString('utf8');
  return isUrl(path) ? download(path) : readText(path);
}

function isUrl(path: string): boolean {
  return /^https?:\/\//.test(path);
}

async function download(url: string): Promise<string> {
  const { nodeFetch } = await import('./connection/node-fetch.ts');
  const answer = await nodeFetch()(url, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok) throw new CommandError(`${url} answered ${answer.status}`);
  return answer.text();
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
