import { constants } from 'node:fs';

const { S_IFMT, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFSOCK } = constants;
const S_ISUID = 0o4000;
const S_ISGID = 0o2000;
const S_ISVTX = 0o1000;

const KINDS = new Map([
  [S_IFDIR, 'd'],
  [S_IFLNK, 'L'],
  [S_IFBLK, 'D'],
  [S_IFCHR, 'D'],
  [S_IFIFO, 'p'],
  [S_IFSOCK, 'S'],
]);

/** As the API writes modes (https://pkg.go.dev/io/fs#FileMode): letters for what is special, then rwx three times. */
export function fileMode(mode: number): string {
  let letters = KINDS.get(mode & S_IFMT) ?? '';
  if (mode & S_ISUID) letters += 'u';
  if (mode & S_ISGID) letters += 'g';
  if ((mode & S_IFMT) === S_IFCHR) letters += 'c';
  if (mode & S_ISVTX) letters += 't';
  const bits = [...'rwxrwxrwx'].map((letter, index) => (mode & (0o400 >> index) ? letter : '-'));
  return (letters || '-') + bits.join('');
}
