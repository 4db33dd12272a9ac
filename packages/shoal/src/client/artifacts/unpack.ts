import { createWriteStream } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ReadEntry, Unpack } from 'tar';
import { ArtifactError, messageOf } from '../errors.ts';
import type { Packing } from './archive-kind.ts';
import { decompress, packingOf } from './decompress.ts';
import { isInside } from './inside.ts';
import { leadsOut, pointsOut } from './links.ts';
import type { ArtifactSettings } from './settings.ts';

export type Unpacking = { archive: string; into: string; settings: ArtifactSettings; signal: AbortSignal };

/** Share of the disk's free space that one archive may fill. */
const DISK_SHARE = 0.9;

/** Unpacks a tar (packed or not) into an empty folder. Refuses it whole if an entry would lie or point outside, or if it grows beyond all bounds. */
export async function unpackTar({ archive, into, settings, signal }: Unpacking): Promise<void> {
  const stop = new AbortController();
  const refuse = (error: ArtifactError) => stop.abort(error);
  const unpack = new Unpack({
    cwd: into,
    preserveOwner: false,
    strict: false,
    filter: (path, entry) => admit(path, entry as ReadEntry, into, refuse),
    onReadEntry: countEntries(settings.maxFiles, refuse),
  });
  const guard = await growthGuard(archive, into, settings);
  const through = { archive, packing: await packingOf(archive), guard, signal: AbortSignal.any([signal, stop.signal]) };
  await pour(through, unpack as unknown as Writable).catch((error: unknown) => {
    throw stop.signal.aborted ? stop.signal.reason : error;
  });
  // The end of a short archive can come before the refusal is noticed.
  stop.signal.throwIfAborted();
}

/** Unpacks a single packed file. */
export async function unpackOne({ archive, into, settings, signal }: Unpacking, packing: Packing): Promise<void> {
  const guard = await growthGuard(archive, dirname(into), settings);
  await pour({ archive, packing, guard, signal }, createWriteStream(into));
}

type Through = { archive: string; packing: Packing | undefined; guard: Transform; signal: AbortSignal };

async function pour({ archive, packing, guard, signal }: Through, into: Writable): Promise<void> {
  const { content, done, stop } = await decompress(archive, packing);
  try {
    await pipeline(content, guard, into, { signal });
    await done;
  } catch (error) {
    stop();
    if (error instanceof ArtifactError) throw error;
    throw new ArtifactError(`it cannot be unpacked: ${messageOf(error)}`, { recoverable: true, cause: error });
  }
}

function admit(path: string, entry: ReadEntry, into: string, refuse: (error: ArtifactError) => void): boolean {
  const target = resolve(into, path);
  const escapes = path.startsWith('/') || !isInside(into, target) || linksOutside(entry, target, into);
  if (escapes) {
    refuse(leadsOut(path));
    return false;
  }
  // Nobody's archive makes a program here that runs as its owner.
  entry.mode = (entry.mode ?? 0o644) & 0o777;
  return true;
}

// A symbolic link is relative to its own folder, a hard link to the archive's root.
function linksOutside(entry: ReadEntry, target: string, into: string): boolean {
  const link = entry.linkpath;
  if (link === undefined || link === '') return false;
  if (entry.type === 'SymbolicLink') return pointsOut(link, target, into);
  return entry.type === 'Link' && (link.startsWith('/') || !isInside(into, join(into, link)));
}

export function countEntries(max: number, refuse: (error: ArtifactError) => void): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > max) refuse(new ArtifactError(`it has more than ${max} entries`, { recoverable: false }));
  };
}

/** Lets through what stays within the bounds of size, disk and ratio. */
export async function growthGuard(archive: string, into: string, settings: ArtifactSettings): Promise<Transform> {
  const count = await growthCount(archive, into, settings);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const error = count(chunk.length);
      if (error === undefined) done(null, chunk);
      else done(error);
    },
  });
}

/** Counts what an archive unpacks to; the error when it is too much. */
export async function growthCount(
  archive: string,
  into: string,
  settings: ArtifactSettings,
): Promise<(bytes: number) => ArtifactError | undefined> {
  const [{ size }, disk] = await Promise.all([stat(archive), statfs(into)]);
  const bounds = [
    { bytes: settings.maxUnpackedBytes, why: `the allowed ${settings.maxUnpackedBytes} bytes` },
    { bytes: disk.bavail * disk.bsize * DISK_SHARE, why: 'the disk has room for' },
    { bytes: Math.max(settings.ratioFromBytes, size * settings.maxRatio), why: `${settings.maxRatio} times its size` },
  ];
  let total = 0;
  return (more) => {
    total += more;
    const passed = bounds.find(({ bytes }) => total > bytes);
    return passed && new ArtifactError(`it unpacks to more than ${passed.why}`, { recoverable: false });
  };
}
