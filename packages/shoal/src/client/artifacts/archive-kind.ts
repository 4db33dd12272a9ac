import { ArtifactError } from '../errors.ts';

/** How a file is packed. */
export type Packing = 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** What an artifact is unpacked as: an archive of files, or one packed file. `suffix` is what its name loses by that. */
export type ArchiveKind =
  | { readonly files: 'tar'; readonly packing: Packing | undefined }
  | { readonly files: 'zip' }
  | { readonly files: 'one'; readonly packing: Packing; readonly suffix: string };

const tar = (packing?: Packing): ArchiveKind => ({ files: 'tar', packing });
const one = (packing: Packing, suffix: string): ArchiveKind => ({ files: 'one', packing, suffix });

/** Longer names first: `.tar.gz` is no `.gz`. */
const KINDS: readonly (readonly [name: string, kind: ArchiveKind])[] = [
  ['tar.gz', tar('gzip')],
  ['tgz', tar('gzip')],
  ['tar.bz2', tar('bzip2')],
  ['tbz2', tar('bzip2')],
  ['tar.xz', tar('xz')],
  ['txz', tar('xz')],
  ['tar.zst', tar('zstd')],
  ['tzst', tar('zstd')],
  ['tar', tar()],
  ['zip', { files: 'zip' }],
  ['gz', one('gzip', '.gz')],
  ['bz2', one('bzip2', '.bz2')],
  ['xz', one('xz', '.xz')],
  ['zst', one('zstd', '.zst')],
];

/** The kind by the `archive` option, else by the name of the file; undefined: it is a plain file. Throws for a kind that there is not. */
export function archiveKind(fileName: string, option: string | undefined): ArchiveKind | undefined {
  if (option === 'false') return undefined;
  if (option === undefined) return KINDS.find(([name]) => fileName.toLowerCase().endsWith(`.${name}`))?.[1];
  const found = KINDS.find(([name]) => name === option.toLowerCase());
  if (found !== undefined) return found[1];
  throw new ArtifactError(
    `archives of the kind "${option}" cannot be unpacked; there are ${KINDS.map(([name]) => name).join(', ')} (options { archive = "false" } keeps the file packed)`,
    { recoverable: false },
  );
}
