import { describe, expect, test } from 'vitest';
import { archiveKind } from '../../../src/client/artifacts/archive-kind.ts';
import { checksumFromList, parseChecksum } from '../../../src/client/artifacts/checksum.ts';
import { parseSource } from '../../../src/client/artifacts/source.ts';

const base = { kind: 'http', subfolder: '', checksum: undefined, archive: undefined };

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
    { name: 'no scheme', given: 'github.com/x/y', want: /no scheme.*https:\/\// },
    {
      name: 'another getter',
      given: 'git::https://github.com/x/y',
      want: /getter "git::" is not supported; supported are/,
    },
    { name: 'another scheme', given: 's3://bucket/x', want: /scheme "s3" is not supported/ },
    { name: 'no URL', given: 'https://', want: /not a URL/ },
  ])('refuses $name', ({ given, want }) => {
    expect(() => parseSource(given)).toThrow(want);
  });
});

describe('archiveKind', () => {
  test.each([
    { name: 'a.tar.gz', option: undefined, want: 'tar.gz' },
    { name: 'A.TGZ', option: undefined, want: 'tar.gz' },
    { name: 'a.tar', option: undefined, want: 'tar' },
    { name: 'a.gz', option: undefined, want: 'gz' },
    { name: 'a.bin', option: undefined, want: undefined },
    { name: 'a.tar.gz', option: 'false', want: undefined },
    { name: 'download', option: 'tar.gz', want: 'tar.gz' },
  ])('$name with archive = $option', ({ name, option, want }) => {
    expect(archiveKind(name, option)).toBe(want);
  });

  test.each([
    { name: 'a.zip', option: undefined },
    { name: 'a.tar.xz', option: undefined },
    { name: 'a', option: 'rar' },
  ])('refuses $name with archive = $option, and says what it takes', ({ name, option }) => {
    expect(() => archiveKind(name, option)).toThrow(/supported are tar.gz, tgz, tar and gz/);
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
