import { createWriteStream } from 'node:fs';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ArtifactError, messageOf } from '../errors.ts';
import { isInside } from './inside.ts';
import { leadsOut, pointsOut } from './links.ts';
import { growthCount, type Unpacking } from './unpack.ts';

const SYMLINK = 0o120000;
const KIND = 0o170000;
/** A link's target is a path. */
const MAX_LINK_BYTES = 4_096;

/** Unpacks a zip into an empty folder, with the same guards as a tar. */
export async function unpackZip({ archive, into, settings, signal }: Unpacking): Promise<void> {
  const grow = await growthCount(archive, into, settings);
  let zip: ZipFile | undefined;
  let count = 0;
  // Links come last, so that nothing is written through one.
  const links: { path: string; target: string; name: string }[] = [];
  try {
    zip = await openPromise(archive, { strictFileNames: false });
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      count += 1;
      if (count > settings.maxFiles) {
        throw new ArtifactError(`it has more than ${settings.maxFiles} entries`, { recoverable: false });
      }
      await unpackEntry(zip, entry);
    }
    for (const { path, target, name } of links) {
      if (pointsOut(target, path, into)) throw leadsOut(name);
      await mkdir(dirname(path), { recursive: true });
      await symlink(target, path);
    }
  } catch (error) {
    if (error instanceof ArtifactError || signal.aborted) throw error;
    // The reader looks at the names, too.
    const [, escaping] = /(?:invalid relative path|absolute path): (.*)$/.exec(messageOf(error)) ?? [];
    if (escaping !== undefined) throw leadsOut(escaping);
    throw new ArtifactError(`it cannot be unpacked: ${messageOf(error)}`, { recoverable: true, cause: error });
  } finally {
    zip?.close();
  }

  async function unpackEntry(from: ZipFile, entry: Entry): Promise<void> {
    const name = entry.fileName;
    const path = join(into, name);
    if (name.startsWith('/') || !isInside(into, path)) throw leadsOut(name);
    if (name.endsWith('/')) {
      await mkdir(path, { recursive: true });
      return;
    }
    const mode = entry.externalFileAttributes >>> 16;
    const content = await from.openReadStreamPromise(entry);
    if ((mode & KIND) === SYMLINK) {
      links.push({ path, target: await shortText(content), name });
      return;
    }
    await mkdir(dirname(path), { recursive: true });
    await pipeline(content, meter(grow), createWriteStream(path), { signal });
    // Nobody's archive makes a program here that runs as its owner; those from systems without modes have none.
    await chmod(path, (mode & 0o777) | 0o600 | (mode === 0 ? 0o644 : 0));
  }
}

function meter(grow: (bytes: number) => ArtifactError | undefined): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const error = grow(chunk.length);
      if (error === undefined) done(null, chunk);
      else done(error);
    },
  });
}

async function shortText(content: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of content) {
    length += (chunk as Buffer).length;
    if (length > MAX_LINK_BYTES) throw new ArtifactError('a link in it is too long', { recoverable: false });
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
