import { type BigIntStats, constants } from 'node:fs';
import { lstat, open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SNIFF_BYTES, sniffContentType } from './content-type.ts';
import { fileError } from './errors.ts';
import { fileMode } from './file-mode.ts';
import { findInside, type Inside, isSecret } from './inside.ts';

/** One file as `/v1/client/fs/ls` and `stat` show it. */
export type AllocFileInfo = {
  Name: string;
  IsDir: boolean;
  Size: number;
  /** `-rw-r--r--` */
  FileMode: string;
  /** RFC 3339 with nanoseconds. */
  ModTime: string;
  /** Only of `stat`. */
  ContentType?: string;
};

/** The files of a folder in the allocation's folder, by name. Throws `FileError`. */
export async function listFiles(root: string, path: string): Promise<AllocFileInfo[]> {
  const place = await findInside(root, path);
  const names = await readdir(place.real).catch((error: unknown) => {
    throw fileError('open', place.shown, error);
  });
  const infos = await Promise.all(names.sort().map((name) => entryOf(place.real, name)));
  return infos.filter((info) => info !== undefined);
}

/** Undefined if it is gone since the folder was read. Links are shown, not followed. */
async function entryOf(dir: string, name: string): Promise<AllocFileInfo | undefined> {
  try {
    return fileInfo(name, await lstat(join(dir, name), { bigint: true }));
  } catch {
    return undefined;
  }
}

export async function statFile(root: string, path: string): Promise<AllocFileInfo> {
  const place = await findInside(root, path);
  try {
    const stats = await stat(place.real, { bigint: true });
    return { ...fileInfo(basename(place.shown), stats), ContentType: await contentType(place, stats) };
  } catch (error) {
    throw fileError('stat', place.shown, error);
  }
}

function fileInfo(name: string, stats: BigIntStats): AllocFileInfo {
  return {
    Name: name,
    IsDir: stats.isDirectory(),
    Size: Number(stats.size),
    FileMode: fileMode(Number(stats.mode)),
    ModTime: rfc3339(stats.mtimeNs),
  };
}

/** Trailing zeros of the fraction are left out. */
export function rfc3339(unixNs: bigint): string {
  const seconds = new Date(Number(unixNs / 1_000_000n)).toISOString().slice(0, 19);
  const fraction = (unixNs % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`;
}

async function contentType(place: Inside, stats: BigIntStats): Promise<string> {
  if (place.shown.endsWith('.json')) return 'application/json';
  if (!stats.isFile() || stats.size === 0n || isSecret(place)) return 'application/octet-stream';
  const file = await open(place.real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return sniffContentType(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
