import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type SourceAnswer, textOf } from '@shoal/gotemplate';
import { isInside } from '../artifacts/inside.ts';
import { TemplateFileError } from '../errors.ts';
import type { Sleep } from './consul-source.ts';

/** Changes of a file are seen after this time at the latest. */
const LOOK_MS = 2_000;
/** A file that goes into a text is a text of reasonable size. */
const MAX_BYTES = 8 * 1024 * 1024;

export type FileRequest = {
  path: string;
  /** Relative paths begin here. */
  base: string;
  /** Nothing outside of these folders is read; undefined: any file of the machine may be. */
  sandbox: readonly string[] | undefined;
  /** The `index` of the answer before. */
  after: number | undefined;
  signal: AbortSignal;
  sleep: Sleep;
};

type Wanted = Pick<FileRequest, 'path' | 'base' | 'sandbox'>;

/** A file's text; with `after` when it has changed. Throws `TemplateFileError` for a file that may not be read. */
export async function askFile(request: FileRequest): Promise<SourceAnswer> {
  const { after, signal, sleep } = request;
  for (;;) {
    const answer = await readAllowed(request, after);
    if (answer) return answer;
    await sleep(LOOK_MS, signal);
    signal.throwIfAborted();
  }
}

/** The text of a file that may be read. Throws `TemplateFileError` for one that may not. */
export async function readFileText(wanted: Wanted): Promise<string> {
  const answer = await readAllowed(wanted, undefined);
  return String(answer?.data);
}

/** `undefined` if it is the same as `after`. */
async function readAllowed(wanted: Wanted, after: number | undefined): Promise<SourceAnswer | undefined> {
  const path = await allowedPath(wanted);
  // A pipe that nobody writes to would hold up the reader, and with it everybody's files.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (wanted.sandbox) await checkOpened(file, wanted.path, wanted.sandbox);
    const found = await file.stat();
    if (!found.isFile()) throw new TemplateFileError(`"${wanted.path}" is no ordinary file`);
    if (found.size > MAX_BYTES) throw new TemplateFileError(`${path} is larger than ${MAX_BYTES} bytes`);
    const index = Math.round(found.mtimeMs * 1000) + (found.size % 1000);
    return index === after ? undefined : { data: textOf(await file.readFile()), index };
  } finally {
    await file.close();
  }
}

/** The task may have put a link in the place of a folder since the path was looked at: what counts is what was opened. */
async function checkOpened(file: FileHandle, path: string, sandbox: readonly string[]): Promise<void> {
  const opened = await readlink(`/proc/self/fd/${file.fd}`).catch(() => undefined);
  if (opened === undefined) return;
  const folders = await Promise.all(sandbox.map((folder) => realpath(folder)));
  if (!folders.some((folder) => isInside(folder, opened))) throw outside(path);
}

/** Where the path leads, links followed, if that may be read. */
async function allowedPath({ path, base, sandbox }: Wanted): Promise<string> {
  const wanted = resolve(base, path);
  if (sandbox === undefined) return wanted;
  if (!sandbox.some((folder) => isInside(folder, wanted))) throw outside(path);
  const [real, ...folders] = await Promise.all([realpath(wanted), ...sandbox.map((folder) => realpath(folder))]);
  if (!folders.some((folder) => isInside(folder, real))) throw outside(path);
  return real;
}

function outside(path: string): TemplateFileError {
  return new TemplateFileError(
    `"${path}" is outside of the task's directories; templates may read only what lies in them`,
  );
}
