import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RegisteredCheck, ServiceDefinition } from './definitions.ts';

/** What outlives the agent. Statuses too: a restart must not make every service critical until its first check. */
export type Saved = { readonly services: readonly ServiceDefinition[]; readonly checks: readonly RegisteredCheck[] };

export type RegistryFile = {
  /** Empty when there is no file yet. Rejects with RegistryFileError when it cannot be read. */
  load(): Promise<Saved>;
  /** Resolves when what `current` gives then, or later, is on the disk. Calls that come while a write is under way share the next one. */
  save(current: () => Saved): Promise<void>;
};

/** The file is there, but is not one that this program wrote. */
export class RegistryFileError extends Error {
  readonly code = 'registry-file';
  constructor(path: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The agent's services in ${path} cannot be read: ${reason}. Move the file away to start without them; tasks register theirs again.`,
      { cause },
    );
    this.name = 'RegistryFileError';
  }
}

const FORMAT = 1;

export function registryFile(path: string): RegistryFile {
  let writing: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const write = async (current: () => Saved) => {
    await writing?.catch(() => undefined);
    next = undefined;
    writing = replaceFile(path, JSON.stringify({ format: FORMAT, ...current() }));
    return writing;
  };
  return {
    load: () => load(path),
    save(current) {
      next ??= write(current);
      return next;
    },
  };
}

async function load(path: string): Promise<Saved> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { services: [], checks: [] };
    throw new RegistryFileError(path, error);
  }
  return parse(path, text);
}

function parse(path: string, text: string): Saved {
  try {
    const saved = JSON.parse(text) as Saved & { format?: unknown };
    if (saved.format !== FORMAT || !Array.isArray(saved.services) || !Array.isArray(saved.checks))
      throw new Error(`its format is ${String(saved.format)}, this program reads ${FORMAT}`);
    return saved;
  } catch (error) {
    throw new RegistryFileError(path, error);
  }
}

/** The old content or the new one is there at any time, also after a power cut. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
