import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeIdentity } from './node.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The node's id and secret, made once and kept in `<data_dir>/client/{node-id,secret-id}`. A file that holds no UUID is replaced. */
export async function nodeIdentity(dataDir: string, newUuid: () => string): Promise<NodeIdentity> {
  const folder = join(dataDir, 'client');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return { id: await kept(join(folder, 'node-id'), newUuid), secret: await kept(join(folder, 'secret-id'), newUuid) };
}

async function kept(path: string, newUuid: () => string): Promise<string> {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (UUID.test(text)) return text;
  const made = newUuid();
  await writeFile(`${path}.new`, `${made}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return made;
}
