import { describe, expect, test } from 'vitest';
import { archiveKind } from '../../../src/client/artifacts/archive-kind.ts';
import { checksumFromList, parseChecksum } from '../../../src/client/artifacts/checksum.ts';
import { parseSource } from '../../../src/client/artifacts/source.ts';

const base = {
  git: { ref: '', depth: 0, sshKey: '' },
  kind: 'http',
  subfolder: '',
  checksum: undefined,
  archive: undefined,
};

describe('parseSource', () => {
  test.each([
    {
      name: 'a URL',
      given: ['https://h/a/b.bin'],
      want: { ...base, location: 'https://h/a/b.bin', fileName: 'b.bin' },
    },
    { name: 'a forced getter', given: ['http::http://h/b'], want: { ...base, location: 'http://h/b', fileName: 'b' } },
    {
      name: 'options in the query do not reach the server',
      given: ['https://h/b?checksum=md5:0&archive=false&v=1'],
      want: { ...base, location: 'https://h/b?v=1', fileName: 'b', checksum: 'md5:0', archive: 'false' },
    },
    {
      name: 'options of the block win; unknown ones go to the server',
      given: ['https://h/b?archive=zip', { archive: 'tar', token: 'x' }],
      want: { ...base, location: 'https://h/b?token=x', fileName: 'b', archive: 'tar' },
    },
    {
      name: 'a signed query stays as it is written',
      given: ['https://h/b?sig=a%2Fb+c'],
      want: { ...base, location: 'https://h/b?sig=a%2Fb+c', fileName: 'b' },
    },
    {
      name: 'a folder within',
      given: ['https://h/a.tgz//in/side'],
      want: { ...base, location: 'https://h/a.tgz', fileName: 'a.tgz', subfolder: 'in/side' },
    },
    {
      name: 'a file URL',
      given: ['file:///opt/x%20y'],
      want: { ...base, kind: 'file', location: '/opt/x y', fileName: 'x y' },
    },
    { name: 'an absolute path', given: ['/opt/x'], want: { ...base, kind: 'file', location: '/opt/x', fileName: 'x' } },
    {
      name: 'a name of its own',
      given: ['https://h/b', { filename: 'c' }],
      want: { ...base, location: 'https://h/b', fileName: 'c' },
    },
  ] as { name: string; given: [string, Record<string, string>?]; want: unknown }[])('$name', ({ given, want }) => {
    expect(parseSource(...given)).toEqual(want);
  });

  test.each([
    { name: 'no scheme', given: 'example.org/x/y', want: /no scheme.*https:\/\// },
    {
      name: 'another getter',
      given: 'hg::https://example.org/x/y',
      want: /getter "hg::" is not supported; supported are/,
    },
    { name: 'a helper program of git', given: 'git::ext::sh -c x', want: /not the URL of a repository/ },
    { name: 'a ref that is an option', given: 'git::https://h/r?ref=--upload-pack=x', want: /is no name of a branch/ },
    { name: 'a depth that is no number', given: 'git::https://h/r?depth=x', want: /depth "x" is not a number/ },
    { name: 'a checksum of a repository', given: 'git::https://h/r?checksum=md5:1', want: /has no checksum/ },
    { name: 'another scheme', given: 's3://bucket/x', want: /scheme "s3" is not supported/ },
    { name: 'no URL', given: 'https://', want: /not a URL/ },
  ])('refuses $name', ({ given, want }) => {
    expect(() => parseSource(given)).toThrow(want);
  });
});

describe('a repository', () => {
  const none = { ref: '', depth: 0, sshKey: '' };
  test.each([
    { given: 'git::https://h/o/r.git', want: { location: 'https://h/o/r.git', subfolder: '', git: none } },
    {
      given: 'git::https://h/o/r.git//some/folder?ref=v1&depth=3',
      want: { location: 'https://h/o/r.git', subfolder: 'some/folder', git: { ...none, ref: 'v1', depth: 3 } },
    },
    { given: 'git@h:o/r.git', want: { location: 'ssh://git@h/o/r.git', subfolder: '', git: none } },
    { given: 'git::git@h:o/r', want: { location: 'ssh://git@h/o/r', subfolder: '', git: none } },
    { given: 'git::ssh://git@h:22/o/r', want: { location: 'ssh://git@h:22/o/r', subfolder: '', git: none } },
    { given: 'github.com/o/r', want: { location: 'https://github.com/o/r.git', subfolder: '', git: none } },
    {
      given: 'github.com/o/r//d?ref=main',
      want: { location: 'https://github.com/o/r.git', subfolder: 'd', git: { ...none, ref: 'main' } },
    },
    { given: 'git::/srv/r', want: { location: 'file:///srv/r', subfolder: '', git: none } },
  ])('$given', ({ given, want }) => {
    expect(parseSource(given)).toMatchObject({ kind: 'git', ...want });
  });

  test('takes its options from the block, too', () => {
    expect(parseSource('git::https://h/r', { ref: 'v2', depth: '1', sshkey: 'a2V5' }).git).toEqual({
      ...{ ref: 'v2', depth: 1, sshKey: 'a2V5' },
    });
  });
});

describe('archiveKind', () => {
  test.each([
    { name: 'a.tar.gz', option: undefined, want: { files: 'tar', packing: 'gzip' } },
    { name: 'A.TGZ', option: undefined, want: { files: 'tar', packing: 'gzip' } },
    { name: 'a.tar', option: undefined, want: { files: 'tar', packing: undefined } },
    { name: 'a.tar.bz2', option: undefined, want: { files: 'tar', packing: 'bzip2' } },
    { name: 'a.txz', option: undefined, want: { files: 'tar', packing: 'xz' } },
    { name: 'a.tar.zst', option: undefined, want: { files: 'tar', packing: 'zstd' } },
    { name: 'a.zip', option: undefined, want: { files: 'zip' } },
    { name: 'a.gz', option: undefined, want: { files: 'one', packing: 'gzip', suffix: '.gz' } },
    { name: 'a.xz', option: undefined, want: { files: 'one', packing: 'xz', suffix: '.xz' } },
    { name: 'a.bin', option: undefined, want: undefined },
    { name: 'a.tar.gz', option: 'false', want: undefined },
    { name: 'download', option: 'tar.gz', want: { files: 'tar', packing: 'gzip' } },
  ])('$name with archive = $option', ({ name, option, want }) => {
    expect(archiveKind(name, option)).toEqual(want);
  });

  test('refuses a kind that there is not, and says what there is', () => {
    expect(() => archiveKind('a', 'rar')).toThrow(/kind "rar" cannot be unpacked; there are tar.gz, tgz, tar.bz2/);
  });
});

describe('checksums', () => {
  const md5 = 'd41d8cd98f00b204e9800998ecf8427e';
  test.each([
    { given: `md5:${md5}`, want: { algorithm: 'md5', hex: md5 } },
    { given: md5.toUpperCase(), want: { algorithm: 'md5', hex: md5 } },
    { given: 'a'.repeat(128), want: { algorithm: 'sha512', hex: 'a'.repeat(128) } },
  ])('$given', ({ given, want }) => {
    expect(parseChecksum(given)).toEqual(want);
  });

  test.each(['md5:123', 'crc:12345678', 'sha256:xyz', ''])('refuses "%s"', (given) => {
    expect(() => parseChecksum(given)).toThrow(/is not one of md5, sha1, sha256 or sha512/);
  });

  test.each([
    { name: 'as sha256sum writes it', list: `${'0'.repeat(64)}  other\n${'a'.repeat(64)} *./dist/b.bin\n` },
    { name: 'as BSD writes it', list: `SHA256 (b.bin) = ${'a'.repeat(64)}` },
    { name: 'one bare sum', list: `${'a'.repeat(64)}\n` },
  ])('a list $name', ({ list }) => {
    expect(checksumFromList(list, 'b.bin')).toEqual({ algorithm: 'sha256', hex: 'a'.repeat(64) });
  });

  test('a list without the file', () => {
    expect(() => checksumFromList(`${'0'.repeat(64)}  other\n`, 'b.bin')).toThrow(/no line for "b.bin"/);
  });
});
