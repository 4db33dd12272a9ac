import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TaskArtifact } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import type { ArtifactSettings } from '../../../src/client/artifacts/settings.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { aPlace, rawTar, type Site, tarOf } from './harness.ts';

const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');

describe('what arrives', () => {
  test('a file, in the destination, under its name, not executable', async () => {
    const place = await aPlace({ '/hello.txt': Buffer.from('hello\n') });
    await place.get('/hello.txt', { GetterOptions: { checksum: `sha256:${sha256('hello\n')}` } });
    await place.get('/hello.txt', { RelativeDest: 'local/sub' });
    await place.get('/hello.txt', { RelativeDest: 'local/one', GetterMode: 'file' });
    expect([
      await place.text('local/hello.txt'),
      await place.text('local/sub/hello.txt'),
      await place.text('local/one'),
    ]).toEqual(Array(3).fill('hello\n'));
    expect((await stat(join(place.dirs.taskDir, 'local/one'))).mode & 0o777).toBe(0o644);
    expect(await place.temp()).toEqual([]);
  });

  test.each([
    { name: 'tar', file: '/a.tar', pack: (tar: Buffer) => tar },
    { name: 'tar.gz', file: '/a.tar.gz', pack: (tar: Buffer) => gzipSync(tar) },
    { name: 'tgz that the server sends unpacked', file: '/a.tgz', pack: (tar: Buffer) => tar },
  ])('the content of a $name, joined with what is there', async ({ file, pack }) => {
    const tar = await tarOf({ 'a.txt': 'A', 'dir/b.txt': 'B' });
    const place = await aPlace({ [file]: pack(tar) });
    await mkdir(join(place.dirs.taskDir, 'local/dir'));
    await writeFile(join(place.dirs.taskDir, 'local/dir/old.txt'), 'old');
    await place.get(file);
    expect([
      await place.text('local/a.txt'),
      await place.text('local/dir/b.txt'),
      await place.text('local/dir/old.txt'),
    ]).toEqual([...['A', 'B', 'old']]);
  });

  test('a part of an archive, an archive of one file, an archive as it is', async () => {
    const tar = await tarOf({ 'dir/b.txt': 'B' });
    const place = await aPlace({ '/a.tar': tar, '/x.gz': gzipSync('plain') });
    await place.get('/a.tar//dir', { RelativeDest: 'local/part' });
    await place.get('/a.tar//dir', { RelativeDest: 'local/single', GetterMode: 'file' });
    await place.get('/a.tar', { GetterOptions: { archive: 'false' } });
    await place.get('/x.gz');
    expect([
      await place.text('local/part/b.txt'),
      await place.text('local/single'),
      await place.text('local/x'),
    ]).toEqual([...['B', 'B', 'plain']]);
    expect((await stat(join(place.dirs.taskDir, 'local/a.tar'))).size).toBe(tar.length);
  });

  test('files and folders of this machine', async () => {
    const place = await aPlace();
    const source = await tempDir();
    await writeFile(join(source, 'f'), 'F');
    await place.get(`file://${source}/f`);
    await place.get(`file://${source}`, { RelativeDest: 'local/copy', GetterMode: 'dir' });
    expect([await place.text('local/f'), await place.text('local/copy/f')]).toEqual(['F', 'F']);
  });

  test('over redirects, with the headers that were given', async () => {
    const place = await aPlace({
      '/from': (_request, response) => void response.writeHead(302, { location: '/to' }).end(),
      '/to': (request, response) => void response.end(request.headers['x-token']),
    });
    await place.get('/from', { GetterHeaders: { 'X-Token': 'secret' } });
    expect(await place.text('local/from')).toBe('secret');
  });

  test('a checksum from a list', async () => {
    const place = await aPlace({ '/b.bin': Buffer.from('B'), '/SUMS': Buffer.from(`${sha256('B')}  b.bin\n`) });
    await place.get('/b.bin', { GetterOptions: { checksum: `file:${place.url}/SUMS` } });
    expect(await place.text('local/b.bin')).toBe('B');
  });

  test('again, after an attempt that was cut short', async () => {
    let cut = true;
    const place = await aPlace({
      '/big': (request, response) => {
        response.writeHead(200, { 'content-length': '100000' });
        if (cut) response.write('x'.repeat(1000), () => request.socket.destroy());
        else response.end('y'.repeat(100000));
      },
    });
    await expect(place.get('/big')).rejects.toMatchObject({ code: 'artifact', recoverable: true });
    expect(await place.local()).toEqual([]);
    cut = false;
    await place.get('/big');
    expect(await place.text('local/big')).toBe('y'.repeat(100000));
  });

  test('into the shared folder of the allocation, if it is named', async () => {
    const place = await aPlace({ '/f': Buffer.from('F') });
    await place.get('/f', { RelativeDest: `${place.dirs.sharedDir}/data` });
    expect(await readFile(join(place.dirs.sharedDir, 'data/f'), 'utf8')).toBe('F');
  });
});

describe('what is refused', () => {
  const outside = rawTar([{ path: '../../outside.txt', content: 'x' }]);
  const site = async (): Promise<Site> => ({
    '/f': Buffer.from('f'),
    '/dir.tar': await tarOf({ a: '1', b: '2' }),
    '/up.tar': outside,
    '/up.tar.gz': gzipSync(outside),
    '/absolute.tar': rawTar([{ path: '/tmp/shoal-outside.txt', content: 'x' }]),
    '/symlink.tar': rawTar([{ path: 'l', type: 'SymbolicLink', linkpath: '/etc' }]),
    '/symlink-up.tar': rawTar([{ path: 'd/l', type: 'SymbolicLink', linkpath: '../../x' }]),
    '/hardlink.tar': rawTar([{ path: 'l', type: 'Link', linkpath: '../../../etc/passwd' }]),
    '/junk.tar.gz': Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from('not gzip at all')]),
    '/bomb.tar.gz': gzipSync(rawTar([{ path: 'zeros', content: '\0'.repeat(3_000_000) }])),
    '/stall': (_request, response) => void response.writeHead(200).write('a'),
  });
  const cases: {
    name: string;
    source: string;
    changes?: Partial<TaskArtifact>;
    settings?: Partial<ArtifactSettings>;
    want: RegExp;
    recoverable: boolean;
  }[] = [
    { name: 'a file that is not there', source: '/nope', want: /\/nope answered 404 Not Found/, recoverable: true },
    {
      name: 'a server that is not there',
      source: 'http://127.0.0.1:1/f',
      want: /127.0.0.1:1.*(ECONNREFUSED|bad port)/,
      recoverable: true,
    },
    {
      name: 'a wrong checksum',
      source: '/f',
      changes: { GetterOptions: { checksum: `sha256:${'0'.repeat(64)}` } },
      want: /checksums did not match: expected sha256:0000.*got sha256:252f/,
      recoverable: true,
    },
    {
      name: 'a destination above',
      source: '/f',
      changes: { RelativeDest: '../../etc/x' },
      want: /"..\/..\/etc\/x" leads out/,
      recoverable: false,
    },
    {
      name: 'the destination of another task',
      source: '/f',
      changes: { RelativeDest: '../u/local' },
      want: /leads out/,
      recoverable: false,
    },
    {
      name: 'an archive that climbs',
      source: '/up.tar',
      want: /entry "..\/..\/outside.txt" leads out/,
      recoverable: false,
    },
    { name: 'a packed archive that climbs', source: '/up.tar.gz', want: /leads out/, recoverable: false },
    { name: 'an archive with an absolute path', source: '/absolute.tar', want: /leads out/, recoverable: false },
    { name: 'a link to elsewhere', source: '/symlink.tar', want: /entry "l" leads out/, recoverable: false },
    { name: 'a relative link to elsewhere', source: '/symlink-up.tar', want: /leads out/, recoverable: false },
    { name: 'a hard link to elsewhere', source: '/hardlink.tar', want: /leads out/, recoverable: false },
    {
      name: 'a subfolder that climbs',
      source: '/dir.tar//..%2f..%2fx',
      want: /folder leads out of the archive/,
      recoverable: false,
    },
    { name: 'a broken archive', source: '/junk.tar.gz', want: /cannot be unpacked/, recoverable: true },
    {
      name: 'a file that is too large',
      source: '/dir.tar',
      settings: { maxBytes: 100 },
      want: /larger than the allowed 100 bytes/,
      recoverable: false,
    },
    {
      name: 'an archive that grows too large',
      source: '/bomb.tar.gz',
      settings: { maxUnpackedBytes: 1_000_000 },
      want: /unpacks to more than the allowed/,
      recoverable: false,
    },
    {
      name: 'an archive that grows too much',
      source: '/bomb.tar.gz',
      settings: { ratioFromBytes: 1000 },
      want: /more than 200 times its size/,
      recoverable: false,
    },
    {
      name: 'too many files',
      source: '/dir.tar',
      settings: { maxFiles: 1 },
      want: /more than 1 entries/,
      recoverable: false,
    },
    {
      name: 'a server that falls silent',
      source: '/stall',
      settings: { stallTimeoutMs: 100 },
      want: /sent nothing for 0.1 s/,
      recoverable: true,
    },
    {
      name: 'a server that is too slow',
      source: '/stall',
      settings: { readTimeoutMs: 100 },
      want: /took longer than 0.1 s/,
      recoverable: true,
    },
    {
      name: 'a file where a folder is wanted',
      source: '/f',
      changes: { GetterMode: 'dir' },
      want: /mode = "dir" needs an archive/,
      recoverable: false,
    },
    {
      name: 'many files where one is wanted',
      source: '/dir.tar',
      changes: { GetterMode: 'file', RelativeDest: 'local/x' },
      want: /exactly one file/,
      recoverable: false,
    },
    {
      name: 'a folder in the place of a file',
      source: '/f',
      changes: { GetterMode: 'file', RelativeDest: 'local' },
      want: /is a folder/,
      recoverable: false,
    },
    { name: 'no scheme', source: 'example.org/x/y', want: /no scheme/, recoverable: false },
  ];
  test.each(cases)('$name', async ({ source, changes, settings, want, recoverable }) => {
    const place = await aPlace(await site());
    const error = await place.get(source, changes, settings).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'artifact', recoverable });
    expect((error as Error).message).toMatch(want);
    expect([await place.local(), await place.temp()]).toEqual([[], []]);
    expect(await readdir(place.root)).toEqual(['alloc-id']);
  });

  test('to write through a link that an earlier artifact left', async () => {
    const place = await aPlace({ '/f': Buffer.from('F'), '/d.tar': await tarOf({ 'link/f': 'F' }) });
    const elsewhere = await tempDir();
    await symlink(elsewhere, join(place.dirs.taskDir, 'local/link'));
    await expect(place.get('/f', { RelativeDest: 'local/link/deep' })).rejects.toThrow(/leads out/);
    await place.get('/d.tar');
    expect(await readdir(elsewhere)).toEqual([]);
    expect((await lstat(join(place.dirs.taskDir, 'local/link'))).isDirectory()).toBe(true);
  });

  test('the rights of a set-user-id program', async () => {
    const place = await aPlace({ '/s.tar': rawTar([{ path: 's', content: 'x', mode: 0o6755 }]) });
    await place.get('/s.tar');
    expect((await stat(join(place.dirs.taskDir, 'local/s'))).mode & 0o7777).toBe(0o755);
  });
});
