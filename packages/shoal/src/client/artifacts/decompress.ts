import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ArtifactError } from '../errors.ts';
import type { Packing } from './archive-kind.ts';
import { endOfProgram, killProgram, startProgram } from './program.ts';

/** A packed file's content as a stream. It is read to its end, or `stop` is called. */
export type Unpacked = {
  readonly content: Readable;
  /** Resolves when all of it was good; rejects with what was wrong. */
  readonly done: Promise<void>;
  stop(): void;
};

/** What files of each packing begin with. */
const MAGIC: Readonly<Record<Packing, string>> = {
  gzip: '1f8b',
  bzip2: '425a68',
  xz: 'fd377a585a00',
  zstd: '28b52ffd',
};

/** By its first bytes, whatever its name says: some servers unpack what they send. */
export async function packingOf(path: string): Promise<Packing | undefined> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(6), 0, 6, 0);
    const start = buffer.toString('hex');
    return (Object.keys(MAGIC) as Packing[]).find((packing) => start.startsWith(MAGIC[packing]));
  } finally {
    await file.close();
  }
}

export async function decompress(path: string, packing: Packing | undefined): Promise<Unpacked> {
  if (packing === undefined) return plain(createReadStream(path));
  if (packing === 'gzip') return gunzip(path);
  const child = await startProgram(packing, ['-dc']);
  const ended = endOfProgram(child).then((failure) => {
    if (failure !== undefined) throw new ArtifactError(`it cannot be unpacked: ${failure}`, { recoverable: true });
  });
  // Its end says more than a pipe that broke because of it.
  const fed = pipeline(createReadStream(path), child.stdin).catch(() => undefined);
  const done = Promise.all([ended, fed]).then(() => undefined);
  done.catch(() => undefined);
  return { content: child.stdout, done, stop: () => killProgram(child) };
}

function plain(content: Readable): Unpacked {
  return { content, done: Promise.resolve(), stop: () => content.destroy() };
}

function gunzip(path: string): Unpacked {
  const gunzipping = createGunzip();
  const done = pipeline(createReadStream(path), gunzipping);
  done.catch(() => undefined);
  return { content: gunzipping, done, stop: () => gunzipping.destroy() };
}
