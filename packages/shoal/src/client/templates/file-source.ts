import { readFile, realpath, stat } from 'node:fs/promises';
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

/** A file's text; with `after` when it has changed. Throws `TemplateFileError` for a file that may not be read. */
export async function askFile(request: FileRequest): Promise<SourceAnswer> {
  const { after, signal, sleep } = request;
  for (;;) {
    const path = await allowedPath(request);
    const { mtimeMs, size } = await stat(path);
    const index = Math.round(mtimeMs * 1000) + (size % 1000);
    if (index !== after) return { data: await readText(path, size), index };
    await sleep(LOOK_MS, signal);
    signal.throwIfAborted();
  }
}

/** Where the path leads, links followed, if that may be read. */
export async function allowedPath({
  path,
  base,
  sandbox,
}: Pick<FileRequest, 'path' | 'base' | 'sandbox'>): Promise<string> {
  const wanted = resolve(base, path);
  const outside = () =>
    new TemplateFileError(`"${path}" is outside of the task's directories; templates may read only what lies in them`);
  if (sandbox === undefined) return wanted;
  if (!sandbox.some((folder) => isInside(folder, wanted))) throw outside();
  const [real, ...folders] = await Promise.all([realpath(wanted), ...sandbox.map((folder) => realpath(folder))]);
  if (!folders.some((folder) => isInside(folder, real))) throw outside();
  return real;
}

async function readText(path: string, size: number): Promise<string> {
  if (size > MAX_BYTES) throw new TemplateFileError(`${path} is larger than ${MAX_BYTES} bytes`);
  return textOf(await readFile(path));
}
