import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type ReadEntry, Unpack } from 'tar';
import { ArtifactError, messageOf } from '../errors.ts';
import { isInside } from './inside.ts';
import type { ArtifactSettings } from './settings.ts';

export type Unpacking = { archive: string; into: string; settings: ArtifactSettings; signal: AbortSignal };

/** Share of the disk's free space that one archive may fill. */
const DISK_SHARE = 0.9;

/** Unpacks a tar (packed with gzip or not) into an empty folder. Refuses it whole if an entry would lie or point outside, or if it grows beyond all bounds. */
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
  const gunzip = await gunzipIfPacked(archive);
  const guard = await growthGuard(archive, into, settings);
  await readably(() =>
    pipeline(createReadStream(archive), gunzip, guard, unpack, { signal: AbortSignal.any([signal, stop.signal]) }),
  ).catch((error: unknown) => {
    throw stop.signal.aborted ? stop.signal.reason : error;
  });
  // The end of a short archive can come before the refusal is noticed.
  stop.signal.throwIfAborted();
}

/** Unpacks a single file that is packed with gzip. */
export async function unpackGz({ archive, into, settings, signal }: Unpacking): Promise<void> {
  const guard = await growthGuard(archive, dirname(into), settings);
  await readably(() => pipeline(createReadStream(archive), createGunzip(), guard, createWriteStream(into), { signal }));
}

async function readably(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ArtifactError) throw error;
    throw new ArtifactError(`it cannot be unpacked: ${messageOf(error)}`, { recoverable: true, cause: error });
  }
}

function admit(path: string, entry: ReadEntry, into: string, refuse: (error: ArtifactError) => void): boolean {
  const target = resolve(into, path);
  const escapes = path.startsWith('/') || !isInside(into, target) || linksOutside(entry, target, into);
  if (escapes) {
    refuse(new ArtifactError(`its entry "${path}" leads out of the destination`, { recoverable: false }));
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
  if (entry.type === 'SymbolicLink') return link.startsWith('/') || !isInside(into, resolve(dirname(target), link));
  return entry.type === 'Link' && (link.startsWith('/') || !isInside(into, join(into, link)));
}

function countEntries(max: number, refuse: (error: ArtifactError) => void): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count > max) refuse(new ArtifactError(`it has more than ${max} entries`, { recoverable: false }));
  };
}

// By its first bytes: some servers unpack a .tar.gz while they send it.
async function gunzipIfPacked(archive: string): Promise<Transform> {
  const file = await open(archive);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b ? createGunzip() : new PassThrough();
  } finally {
    await file.close();
  }
}

async function growthGuard(archive: string, into: string, settings: ArtifactSettings): Promise<Transform> {
  const [{ size }, disk] = await Promise.all([stat(archive), statfs(into)]);
  const bounds = [
    { bytes: settings.maxUnpackedBytes, why: `the allowed ${settings.maxUnpackedBytes} bytes` },
    { bytes: disk.bavail * disk.bsize * DISK_SHARE, why: 'the disk has room for' },
    { bytes: Math.max(settings.ratioFromBytes, size * settings.maxRatio), why: `${settings.maxRatio} times its size` },
  ];
  let total = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length;
      const passed = bounds.find(({ bytes }) => total > bytes);
      if (passed === undefined) return done(null, chunk);
      done(new ArtifactError(`it unpacks to more than ${passed.why}`, { recoverable: false }));
    },
  });
}
