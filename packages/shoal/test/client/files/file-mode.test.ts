import { constants } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileMode } from '../../../src/client/files/file-mode.ts';

describe('a mode', () => {
  const cases = [
    { name: 'a file', mode: constants.S_IFREG | 0o644, want: '-rw-r--r--' },
    { name: 'a folder', mode: constants.S_IFDIR | 0o777, want: 'drwxrwxrwx' },
    { name: 'a sticky folder', mode: constants.S_IFDIR | 0o1777, want: 'dtrwxrwxrwx' },
    { name: 'a link', mode: constants.S_IFLNK | 0o777, want: 'Lrwxrwxrwx' },
    { name: 'a pipe', mode: constants.S_IFIFO | 0o600, want: 'prw-------' },
    { name: 'a program of another user', mode: constants.S_IFREG | 0o4755, want: 'urwxr-xr-x' },
    { name: 'a terminal', mode: constants.S_IFCHR | 0o620, want: 'Dcrw--w----' },
  ];
  it.each(cases)('of $name', ({ mode, want }) => {
    expect(fileMode(mode)).toBe(want);
  });
});
