import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TaskArtifact } from '@shoal/api';
import type { TaskDirs } from '../drivers/driver.ts';
import type { Owner } from '../drivers/users.ts';
import { ArtifactError } from '../errors.ts';
import { archiveKind } from './archive-kind.ts';
import { type Checksum, checksumFromList, parseChecksum } from './checksum.ts';
import { download } from './download.ts';
import { cloneRepository } from './git.ts';
import { destinationInside, isInside } from './inside.ts';
import { refuseLinksOut } from './links.ts';
import { handOver } from './owner.ts';
import { moveFile, moveInto } from './place.ts';
import type { ArtifactSettings } from './settings.ts';
import { type ArtifactSource, parseSource } from './source.ts';
import { unpackOne, unpackTar } from './unpack.ts';
import { unpackZip } from './unzip.ts';

export type ArtifactRequest = {
  artifact: TaskArtifact;
  dirs: Pick<TaskDirs, 'taskDir' | 'sharedDir' | 'tmpDir'>;
  settings: ArtifactSettings;
  signal: AbortSignal;
  /** Whose the files are, if not the agent's. */
  owner?: Owner | undefined;
};

/**
 * Fetches one artifact into the task's folder: download and unpack beside the destination, on the same disk, then move. Whatever interrupts it
 * leaves nothing at the destination that looks complete, and the next attempt begins with an empty workplace. Throws `ArtifactError`.
 */
export async function fetchArtifact(request: ArtifactRequest): Promise<void> {
  const { artifact, dirs } = request;
  const source = parseSource(artifact.GetterSource, artifact.GetterOptions ?? {});
  const destination = await destinationInside(dirs, artifact.RelativeDest || 'local/');
  const workplace = join(dirs.tmpDir, `.artifact-${idOf(artifact)}`);
  await rm(workplace, { recursive: true, force: true });
  await mkdir(workplace, { recursive: true });
  try {
    if (source.kind === 'git') await fetchRepository({ ...request, source, destination, workplace });
    else if (await isFolder(source)) await copyFolder({ ...request, source, destination, workplace });
    else await fetchFile({ ...request, source, destination, workplace });
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
}

type FileFetch = ArtifactRequest & { source: ArtifactSource; destination: string; workplace: string };

async function fetchFile(fetch: FileFetch): Promise<void> {
  const { artifact, source, settings, signal, workplace } = fetch;
  const kind = archiveKind(source.fileName, source.archive);
  const packed = join(workplace, 'download');
  const checksum = await findChecksum(fetch);
  const insecure = artifact.GetterInsecure === true;
  await download({ source, insecure, headers: artifact.GetterHeaders ?? {}, checksum, to: packed, settings, signal });
  if (kind === undefined) return placeFile(fetch, packed, source.fileName);
  if (kind.files === 'one') {
    const plain = join(workplace, 'plain');
    await unpackOne({ archive: packed, into: plain, settings, signal }, kind.packing);
    return placeFile(fetch, plain, withoutSuffix(source.fileName, kind.suffix));
  }
  const unpacked = join(workplace, 'unpacked');
  await mkdir(unpacked);
  const unpack = kind.files === 'zip' ? unpackZip : unpackTar;
  await unpack({ archive: packed, into: unpacked, settings, signal });
  await placeFolder(fetch, unpacked);
}

async function fetchRepository(fetch: FileFetch): Promise<void> {
  const { source, settings, signal, workplace, artifact } = fetch;
  if (artifact.GetterMode === 'file') {
    throw new ArtifactError('mode = "file" needs a file, and this is a repository', { recoverable: false });
  }
  const into = join(workplace, 'clone');
  await mkdir(into);
  const insecure = artifact.GetterInsecure === true;
  await cloneRepository({ url: source.location, git: source.git, insecure, into, workplace, settings, signal });
  await placeFolder(fetch, into);
}

function withoutSuffix(name: string, suffix: string): string {
  return name.toLowerCase().endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}

// `file:<url>` names a list of sums, as release pages have them.
async function findChecksum({
  artifact,
  source,
  settings,
  signal,
  workplace,
}: FileFetch): Promise<Checksum | undefined> {
  if (source.checksum === undefined) return undefined;
  if (!source.checksum.startsWith('file:')) return parseChecksum(source.checksum);
  const list = join(workplace, 'checksums');
  const at = parseSource(source.checksum.slice('file:'.length));
  await download({
    source: at,
    insecure: artifact.GetterInsecure === true,
    headers: {},
    checksum: undefined,
    to: list,
    settings: { ...settings, maxBytes: 1e6 },
    signal,
  });
  return checksumFromList(await readFile(list, 'utf8'), source.fileName);
}

async function placeFile({ artifact, destination, owner }: FileFetch, file: string, name: string): Promise<void> {
  if (artifact.GetterMode === 'dir') {
    throw new ArtifactError('mode = "dir" needs an archive or a folder, and this is a single file', {
      recoverable: false,
    });
  }
  const target = artifact.GetterMode === 'file' ? destination : join(destination, name);
  await chmod(file, 0o644);
  await handOver(file, owner);
  await mkdir(dirname(target), { recursive: true });
  await moveFile(file, target);
}

async function placeFolder(fetch: FileFetch, folder: string): Promise<void> {
  const { source, destination, artifact } = fetch;
  const wanted = resolve(folder, source.subfolder);
  if (!isInside(folder, wanted))
    throw new ArtifactError('its //folder leads out of the archive', { recoverable: false });
  const there = await stat(wanted).catch(() => undefined);
  if (there === undefined) {
    throw new ArtifactError(`there is no "${source.subfolder}"`, { recoverable: false });
  }
  // What pointed into the rest of it points elsewhere now.
  if (source.subfolder !== '') await refuseLinksOut(wanted);
  if (artifact.GetterMode !== 'file') {
    await handOver(wanted, fetch.owner);
    return moveInto(wanted, destination, fetch.owner);
  }
  const [only, ...more] = await readdir(wanted, { withFileTypes: true });
  if (only === undefined || more.length > 0 || !only.isFile()) {
    throw new ArtifactError('mode = "file" needs an archive of exactly one file', { recoverable: false });
  }
  await placeFile(fetch, join(wanted, only.name), only.name);
}

async function isFolder({ kind, location }: ArtifactSource): Promise<boolean> {
  if (kind !== 'file') return false;
  const found = await stat(location).catch(() => undefined);
  if (found === undefined) throw new ArtifactError(`${location} does not exist`, { recoverable: true });
  return found.isDirectory();
}

async function copyFolder({ source, destination, artifact, workplace, owner }: FileFetch): Promise<void> {
  if (artifact.GetterMode === 'file')
    throw new ArtifactError('mode = "file" needs a file, and this is a folder', { recoverable: false });
  const from = join(source.location, source.subfolder);
  if (owner === undefined) return cp(from, destination, { recursive: true });
  const copy = join(workplace, 'copy');
  await cp(from, copy, { recursive: true });
  await handOver(copy, owner);
  await moveInto(copy, destination, owner);
}

function idOf(artifact: TaskArtifact): string {
  return createHash('sha256').update(JSON.stringify(artifact)).digest('hex').slice(0, 16);
}
