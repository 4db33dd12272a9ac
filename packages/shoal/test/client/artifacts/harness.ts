import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TaskArtifact } from '@shoal/api';
import { create, Header } from 'tar';
import { onTestFinished } from 'vitest';
import { fetchArtifact } from '../../../src/client/artifacts/fetch-artifact.ts';
import { type ArtifactSettings, artifactDefaults } from '../../../src/client/artifacts/settings.ts';
import type { Owner } from '../../../src/client/drivers/users.ts';
import { tempDir } from '../../support/temp-dir.ts';

export type Site = Record<string, Buffer | RequestListener>;

/** A task's folder and a web server; `get` fetches into the one from the other. */
export async function aPlace(site: Site = {}, owner?: Owner) {
  const root = await tempDir();
  const taskDir = join(root, 'alloc-id', 't');
  const dirs = { taskDir, sharedDir: join(root, 'alloc-id', 'alloc'), tmpDir: join(taskDir, 'tmp') };
  for (const dir of [dirs.tmpDir, dirs.sharedDir, join(taskDir, 'local')]) await mkdir(dir, { recursive: true });
  const url = await serve(site);
  const get = (source: string, changes: Partial<TaskArtifact> = {}, settings: Partial<ArtifactSettings> = {}) =>
    fetchArtifact({
      artifact: {
        GetterSource: source.startsWith('/') ? url + source : source,
        GetterOptions: null,
        GetterHeaders: null,
        GetterMode: 'any',
        RelativeDest: 'local/',
        ...changes,
      },
      dirs,
      settings: { ...artifactDefaults, ...settings },
      signal: new AbortController().signal,
      owner,
    });
  const text = (path: string) => readFile(join(taskDir, path), 'utf8');
  return { root, url, dirs, get, text, local: () => readdir(join(taskDir, 'local')), temp: () => readdir(dirs.tmpDir) };
}

async function serve(site: Site): Promise<string> {
  const server = createServer((request, response) => {
    const found = site[(request.url ?? '').split('?')[0] ?? ''];
    if (typeof found === 'function') return found(request, response);
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function tarOf(files: Record<string, string>): Promise<Buffer> {
  const dir = await tempDir();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(dir, name, '..'), { recursive: true });
    await writeFile(join(dir, name), content);
  }
  const packed = create({ cwd: dir }, await readdir(dir));
  return Buffer.concat(await packed.collect());
}

/** An archive of entries that no honest packer would write. */
export function rawTar(
  entries: {
    path: string;
    type?: 'File' | 'SymbolicLink' | 'Link';
    linkpath?: string;
    content?: string;
    mode?: number;
  }[],
) {
  const blocks = entries.flatMap(({ path, type = 'File', linkpath = '', content = '', mode = 0o644 }) => {
    const head = Buffer.alloc(512);
    new Header({ path, type, linkpath, size: content.length, mode, mtime: new Date(0), uid: 0, gid: 0 }).encode(head);
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
    body.write(content);
    return [head, body];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
