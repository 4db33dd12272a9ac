import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CatalogMirror, MirrorImage } from './mirror.ts';

const FORMAT = 1;
const LEAST_PAUSE_MS = 5_000;
/** Of the time that saving took: a big catalog is saved less often. */
const PAUSE_FACTOR = 20;

/** `cluster`: the authority that the catalog is of. A file of another cluster, or that cannot be read, is no image. */
export async function readMirror(path: string, cluster: string): Promise<MirrorImage | undefined> {
  try {
    const saved = JSON.parse(await readFile(path, 'utf8')) as MirrorImage & { format: number; cluster: string };
    return saved.format === FORMAT && saved.cluster === cluster ? saved : undefined;
  } catch {
    // Missing at the first start. What is broken is fetched anew.
    return undefined;
  }
}

export type MirrorKeeper = { stop(): Promise<void> };

/** Saves the mirror some time after it has changed, and at the end, so that an agent that starts while no server answers has names to tell. */
export function keepMirror(deps: {
  readonly mirror: CatalogMirror;
  readonly path: string;
  readonly cluster: string;
  readonly onFailure: (error: unknown) => void;
}): MirrorKeeper {
  const { mirror, path, cluster } = deps;
  let timer: NodeJS.Timeout | undefined;
  let saving: Promise<void> = Promise.resolve();
  let pauseMs = LEAST_PAUSE_MS;
  let isDirty = false;
  const unfollow = mirror.follow(0, ({ changes }) => {
    if (changes.length === 0) return;
    isDirty = true;
    timer ??= setTimeout(() => void save(), pauseMs).unref();
  });

  async function save(): Promise<void> {
    timer = undefined;
    isDirty = false;
    const begun = performance.now();
    saving = write(path, JSON.stringify({ format: FORMAT, cluster, ...mirror.image() })).catch(deps.onFailure);
    await saving;
    pauseMs = Math.max(LEAST_PAUSE_MS, (performance.now() - begun) * PAUSE_FACTOR);
  }

  return {
    async stop() {
      unfollow();
      clearTimeout(timer);
      await saving;
      if (isDirty) await save();
    },
  };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
