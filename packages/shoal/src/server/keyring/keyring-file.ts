import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyringFileError } from '../errors.ts';
import { KEY_BYTES } from './cipher.ts';

/** The keys themselves, by their ids: apart from the state, so that who has a copy of the state alone has no secrets. */
export type KeyringFile = {
  readonly path: string;
  readonly keys: ReadonlyMap<string, Buffer>;
  /** Resolves when it is on the disk. */
  add(id: string, key: Buffer): Promise<void>;
  remove(id: string): Promise<void>;
};

/** JSON, `{"keys":{"<id>":"<base64>"}}`, readable by its owner alone; it comes into being with the first key. Throws KeyringFileError. */
export async function openKeyringFile(path: string): Promise<KeyringFile> {
  const keys = await read(path);
  let writing: Promise<void> = Promise.resolve();

  function save(): Promise<void> {
    writing = writing.catch(() => undefined).then(() => write(path, keys));
    return writing;
  }

  return {
    path,
    keys,
    async add(id, key) {
      keys.set(id, key);
      try {
        await save();
      } catch (error) {
        keys.delete(id);
        throw error;
      }
    },
    async remove(id) {
      if (keys.delete(id)) await save();
    },
  };
}

async function read(path: string): Promise<Map<string, Buffer>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new KeyringFileError(path, error.message);
  });
  return new Map(text === undefined ? [] : keysOf(path, text));
}

function keysOf(path: string, text: string): [string, Buffer][] {
  const keys = (parse(path, text) as { keys?: unknown } | null)?.keys;
  if (typeof keys !== 'object' || keys === null) throw new KeyringFileError(path, 'it has no "keys"');
  return Object.entries(keys).map(([id, encoded]) => {
    const key = Buffer.from(String(encoded), 'base64');
    if (key.length !== KEY_BYTES) throw new KeyringFileError(path, `key ${id} is not of ${KEY_BYTES} bytes`);
    return [id, key];
  });
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KeyringFileError(path, 'it is not JSON');
  }
}

/** In place at once, and on the disk before anything is encrypted with it. */
async function write(path: string, keys: ReadonlyMap<string, Buffer>): Promise<void> {
  const encoded = [...keys].map(([id, key]) => [id, key.toString('base64')]);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(`${JSON.stringify({ keys: Object.fromEntries(encoded) }, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}
