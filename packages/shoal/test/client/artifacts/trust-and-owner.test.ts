import { execFileSync } from 'node:child_process';
import { lstat, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../../src/rpc/tls/authority.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { aPlace, tarOf } from './harness.ts';

/** A server whose certificate nobody trusts. */
async function strangeServer(): Promise<string> {
  const validity = { now: Date.now(), days: 1 };
  const authority = await createAuthority({ name: 'nobody knows it', ...validity });
  const name = { role: 'server', region: 'global', dnsNames: ['localhost'], addresses: ['127.0.0.1'] } as const;
  const { key, certificate } = await issueCertificate(authority, name, validity);
  const server = createServer({ key, cert: certificate }, (_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('servers that nobody knows', () => {
  test('are refused, unless the artifact says that it does not matter', async () => {
    const url = await strangeServer();
    const place = await aPlace();
    await expect(place.get(`${url}/file`)).rejects.toThrow(/certificate/);
    await place.get(`${url}/file`, { GetterInsecure: true });
    expect(await place.text('local/file')).toBe('hello');
  });

  test('of repositories as well', async () => {
    const url = await strangeServer();
    const place = await aPlace();
    await expect(place.get(`git::${url}/x`)).rejects.toThrow(/certificate/i);
    // What the server says is a repository without anything in it.
    await place.get(`git::${url}/x`, { GetterInsecure: true });
  });
});

describe.runIf(process.getuid?.() === 0)('whose the files are', () => {
  const owner = { uid: 1234, gid: 2345 };
  const ownersOf = async (place: Awaited<ReturnType<typeof aPlace>>, ...paths: string[]) =>
    Promise.all(
      paths.map(async (path) => {
        const { uid, gid } = await lstat(join(place.dirs.taskDir, path));
        return `${path} ${uid}:${gid}`;
      }),
    );

  test('a file, an archive with folders and links, and the folder that is made for them', async () => {
    const folder = await tempDir();
    await mkdir(join(folder, 'dir'));
    await writeFile(join(folder, 'dir/a'), 'a');
    await symlink('a', join(folder, 'dir/link'));
    const tar = execFileSync('tar', ['-c', '-C', folder, 'dir']);
    const place = await aPlace(
      { '/x': Buffer.from('x'), '/a.tgz': gzipSync(tar), '/b.tar': await tarOf({ b: 'b' }) },
      owner,
    );
    await place.get('/x');
    await place.get('/a.tgz', { RelativeDest: 'local/new' });
    await place.get('/b.tar', { RelativeDest: 'local/new' });
    await place.get(`file://${folder}`, { RelativeDest: 'local/copy' });
    const paths = ['x', 'new', 'new/dir', 'new/dir/a', 'new/dir/link', 'new/b', 'copy', 'copy/dir/link'];
    const all = paths.map((path) => `local/${path}`);
    expect(await ownersOf(place, ...all)).toEqual(all.map((path) => `${path} 1234:2345`));
    expect(await ownersOf(place, 'local')).toEqual(['local 0:0']);
  });
});
