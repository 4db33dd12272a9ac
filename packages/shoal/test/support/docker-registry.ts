import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A registry with one image, `NAME:1`, by the Registry API v2. It asks for a user and a password when it is given one. */
export type TestRegistry = { readonly image: string; readonly requests: string[]; close(): Promise<void> };

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** `folder` has the image's root in `image/`. */
export async function startRegistry(options: {
  folder: string;
  address: string;
  credentials?: string;
}): Promise<TestRegistry> {
  const { folder, address, credentials } = options;
  const layer = join(folder, 'layer.tar');
  spawnSync('tar', ['-C', join(folder, 'image'), '--mtime=@0', '-cf', layer, '.']);
  const bytes = spawnSync('gzip', ['-nc', layer], { maxBuffer: 100_000_000 }).stdout;
  const plain = spawnSync('sha256sum', [layer], { encoding: 'utf8' }).stdout.split(' ')[0];
  const config = Buffer.from(
    JSON.stringify({
      ...{ architecture: 'amd64', os: 'linux', created: '2026-01-01T00:00:00Z' },
      config: { Env: ['PATH=/bin', 'FROM=registry'], Cmd: ['sh'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${plain}`] },
      history: [{ created: '2026-01-01T00:00:00Z' }],
    }),
  );
  const blob = (mediaType: string, data: Buffer) => ({ mediaType, size: data.length, digest: digestOf(data) });
  const manifest = Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: MANIFEST },
      config: blob('application/vnd.docker.container.image.v1+json', config),
      layers: [blob('application/vnd.docker.image.rootfs.diff.tar.gzip', bytes)],
    }),
  );
  const blobs = new Map([config, bytes, manifest].map((data) => [digestOf(data), data]));
  const requests: string[] = [];

  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(`${request.method} ${path}`);
    const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (wanted && request.headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return;
    }
    const [, kind, name = ''] = /^\/v2\/app\/(manifests|blobs)\/(.+)$/.exec(path) ?? [];
    const found = kind === 'manifests' && name === '1' ? manifest : blobs.get(name);
    if (path === '/v2/') response.end('{}');
    else if (found === undefined)
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    else {
      const type = found === manifest ? MANIFEST : 'application/octet-stream';
      response.writeHead(200, {
        'content-type': type,
        'content-length': found.length,
        'docker-content-digest': digestOf(found),
      });
      response.end(request.method === 'HEAD' ? undefined : found);
    }
  });
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    image: `${address}:${port}/app:1`,
    requests,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function digestOf(data: Buffer): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}
