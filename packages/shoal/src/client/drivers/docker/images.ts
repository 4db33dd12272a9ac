import { createReadStream, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { systemClock } from '../../clock.ts';
import { atMost } from '../../signals.ts';
import type { Say } from '../driver.ts';
import type { Engine } from './engine.ts';
import { isStatus } from './errors.ts';
import { type ImageName, imageText, parseImageName } from './image-name.ts';
import { pullImage } from './pull.ts';
import { credentialsFor } from './registry-auth.ts';
import type { DockerSettings } from './settings.ts';
import type { TaskConfig } from './task-config.ts';

/**
 * The images of tasks: here already, fetched, or loaded from a file. Those that were brought for a task are removed when no task has used them for a
 * while; those that somebody else put on the machine stay.
 */
export type Images = {
  /** The id of the task's image, which is used by `user` from now on. Throws `Error`, `EngineError` or `EngineAwayError`. */
  take(request: ImageRequest): Promise<string>;
  /** A task that runs already uses it. */
  hold(user: string, id: string): void;
  release(user: string): void;
  /** Resolves when nothing is under way any more, or soon. What would have been removed later, the next agent removes. */
  close(): Promise<void>;
};

export type ImageRequest = {
  user: string;
  config: TaskConfig;
  /** Where the file of `load` is. */
  loadFrom: string | undefined;
  say: Say;
  /** Aborted when the task is not wanted any more: what is under way goes on, for others that may want it. */
  signal: AbortSignal;
};

export type ImagesOptions = {
  engine: Engine;
  settings: DockerSettings;
  /** Keeps what was brought, over restarts. */
  file: string;
  log(message: string): void;
};

const DEFAULT_PULL_MS = 5 * 60_000;
const LOAD_MS = 30 * 60_000;
const LAST_REMOVALS_MS = 2_000;

export function createImages({ engine, settings, file, log }: ImagesOptions): Images {
  const brought = new Set(readBrought(file));
  const users = new Map<string, string>();
  const removals = new Map<string, NodeJS.Timeout>();
  const underWay = new Map<string, Promise<void>>();
  const removing = new Map<string, Promise<void>>();
  let saved: Promise<void> = Promise.resolve();

  async function idOf(name: string): Promise<string | undefined> {
    try {
      return (await engine.call<{ Id: string }>('GET', `/images/${name}/json`)).Id;
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** Tasks that want the same image at once wait for one fetch. */
  function once(key: string, fetch: () => Promise<void>): Promise<void> {
    const running = underWay.get(key) ?? fetch().finally(() => underWay.delete(key));
    underWay.set(key, running);
    return running;
  }

  async function pull(image: ImageName, config: TaskConfig, say: Say): Promise<void> {
    const credentials = await credentialsFor(image, config.auth, settings.auth).catch((error) => {
      if (!config.auth_soft_fail) throw error;
      log(`no credentials for ${imageText(image)}, going on without: ${String(error)}`);
      return undefined;
    });
    say('Downloading image', { image: imageText(image) });
    const timeoutMs = config.image_pull_timeout ?? DEFAULT_PULL_MS;
    const key = JSON.stringify([imageText(image), credentials]);
    await once(key, () =>
      pullImage(engine, { image, credentials, timeoutMs, activityTimeoutMs: settings.pullActivityTimeoutMs, say }),
    );
  }

  async function load(path: string, name: string, say: Say): Promise<void> {
    say('Loading image', { image: name, file: path });
    const body = createReadStream(path);
    await once(
      path,
      async () =>
        void (await engine.call('POST', '/images/load', { body, query: { quiet: true }, timeoutMs: LOAD_MS })),
    );
  }

  async function bring(image: ImageName, { config, loadFrom, say }: ImageRequest): Promise<string> {
    const name = imageText(image);
    const here = await idOf(name);
    const fresh = config.force_pull === true || (image.tag === 'latest' && loadFrom === undefined);
    if (here !== undefined && !fresh) return here;
    if (loadFrom === undefined) await pull(image, config, say);
    else await load(loadFrom, name, say);
    const id = await idOf(name);
    if (id === undefined)
      throw new Error(
        `${loadFrom === undefined ? 'it was fetched' : `"${config.load}" was loaded`}, but there is no image "${name}" now`,
      );
    if (id !== here) await remember(id, true);
    return id;
  }

  function remember(id: string, isBrought: boolean): Promise<void> {
    if (isBrought === brought.has(id)) return saved;
    if (isBrought) brought.add(id);
    else brought.delete(id);
    saved = saved.then(() => writeBrought(file, [...brought])).catch((error) => log(`${file}: ${String(error)}`));
    return saved;
  }

  function releasable(id: string): boolean {
    return settings.gc.image && brought.has(id) && ![...users.values()].includes(id);
  }

  function removeLater(id: string): void {
    if (!releasable(id) || removals.has(id)) return;
    const timer = setTimeout(() => {
      removals.delete(id);
      if (releasable(id))
        removing.set(
          id,
          remove(id).finally(() => removing.delete(id)),
        );
    }, settings.gc.imageDelayMs);
    timer.unref();
    removals.set(id, timer);
  }

  async function remove(id: string): Promise<void> {
    try {
      await engine.call('DELETE', `/images/${id}`);
    } catch (error) {
      // Another container uses it, or it has another name: whoever did that keeps it.
      if (!isStatus(error, 404, 409)) return log(`the image ${id} could not be removed: ${String(error)}`);
    }
    await remember(id, false);
  }

  const hold = (user: string, id: string): void => {
    users.set(user, id);
    clearTimeout(removals.get(id));
    removals.delete(id);
  };
  for (const id of brought) removeLater(id);
  return {
    async take(request) {
      const image = parseImageName(request.config.image ?? '');
      for (;;) {
        const id = await bring(image, request);
        const removal = removing.get(id);
        if (removal === undefined) {
          if (request.signal.aborted) removeLater(id);
          else hold(request.user, id);
          return id;
        }
        // It was found in the moment in which it goes.
        await removal;
      }
    },
    hold,
    release(user) {
      const id = users.get(user);
      users.delete(user);
      if (id !== undefined) removeLater(id);
    },
    async close() {
      for (const timer of removals.values()) clearTimeout(timer);
      await atMost(Promise.all(removing.values()), LAST_REMOVALS_MS, systemClock);
      await saved;
    },
  };
}

function readBrought(file: string): string[] {
  try {
    const ids: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
  } catch {
    // There is none yet, or it is broken: then images stay, which is the lesser harm.
    return [];
  }
}

async function writeBrought(file: string, ids: readonly string[]): Promise<void> {
  await writeFile(`${file}.tmp`, JSON.stringify(ids));
  await rename(`${file}.tmp`, file);
}
