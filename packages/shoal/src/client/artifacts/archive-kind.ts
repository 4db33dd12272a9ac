import { ArtifactError } from '../errors.ts';

/** What an artifact is unpacked as; undefined: it is a plain file. */
export type ArchiveKind = 'tar' | 'tar.gz' | 'gz';

const BY_NAME: readonly [ending: string, kind: ArchiveKind][] = [
  ['.tar.gz', 'tar.gz'],
  ['.tgz', 'tar.gz'],
  ['.tar', 'tar'],
  ['.gz', 'gz'],
];

/** Archives that others unpack. A file of such a name is refused rather than left packed, since its task counts on what is inside. */
const ELSEWHERE: readonly string[] = ['zip', 'tar.bz2', 'tbz2', 'tar.xz', 'txz', 'tar.zst', 'tzst', 'bz2', 'xz', 'zst'];

/** The kind by the `archive` option, else by the name of the file. Throws for a kind that cannot be unpacked. */
export function archiveKind(fileName: string, option: string | undefined): ArchiveKind | undefined {
  if (option === 'false') return undefined;
  const name = option === undefined ? fileName.toLowerCase() : `.${option.toLowerCase()}`;
  const known = BY_NAME.find(([ending]) => name.endsWith(ending));
  if (known !== undefined) return known[1];
  const foreign = ELSEWHERE.find((ending) => name.endsWith(`.${ending}`)) ?? option;
  if (foreign === undefined) return undefined;
  throw new ArtifactError(
    `archives of the kind "${foreign}" cannot be unpacked here; supported are tar.gz, tgz, tar and gz (options { archive = "false" } keeps the file packed)`,
    { recoverable: false },
  );
}
