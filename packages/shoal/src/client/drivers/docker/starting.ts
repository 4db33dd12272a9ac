import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isInside } from '../../artifacts/inside.ts';
import { systemClock } from '../../clock.ts';
import type { ServeDns } from '../../serve-dns.ts';
import { DriverError, type Meanwhile, type Say, type TaskSpec } from '../driver.ts';
import { containerBody, containerName, profilePath } from './container.ts';
import type { Containers } from './containers.ts';
import type { Engine } from './engine.ts';
import { EngineError, isStatus, refusal } from './errors.ts';
import type { Images } from './images.ts';
import { joinedNetwork } from './joined-network.ts';
import type { NodeNames } from './labels.ts';
import { resolversFor } from './resolvers.ts';
import type { DockerSettings } from './settings.ts';
import type { SharedNetworks } from './shared-network.ts';
import type { TaskConfig } from './task-config.ts';

export type StartingDeps = {
  engine: Engine;
  containers: Containers;
  images: Images;
  settings: DockerSettings;
  node: NodeNames;
  coreMHz: number;
  serveDns: ServeDns | undefined;
  sharedNetworks: SharedNetworks;
};

/** The engine may take long for a large image on a slow disk. */
const START_MS = 10 * 60_000;
const NAME_ATTEMPTS = 5;
/** A port of an allocation that ends on this node is free in a moment. */
const PORT_FREE_MS = 10_000;
const RETRY_MS = 500;

/** From a task to a running container, whose id it resolves with. Throws `DriverError`, with nothing left behind but the image. */
export async function startContainer(
  deps: StartingDeps,
  { task, config }: { task: TaskSpec; config: TaskConfig },
  { say = () => undefined, signal = new AbortController().signal }: Meanwhile,
): Promise<string> {
  const image = await untilAborted(takeImage(deps, { task, config, say, signal }), signal);
  const container = await create(deps, { task, config, image, say }).catch(refusal('Failed to create container'));
  try {
    await run(deps.engine, container, signal);
    return container;
  } catch (error) {
    await deps.containers.remove(container).catch(() => undefined);
    return refusal(`Failed to start container ${container}`)(error);
  }
}

type ImageWanted = { task: TaskSpec; config: TaskConfig; say: Say; signal: AbortSignal };

function takeImage({ images }: StartingDeps, { task, config, say, signal }: ImageWanted): Promise<string> {
  const { localDir } = task.dirs;
  const loadFrom = config.load === undefined ? undefined : resolve(localDir, config.load);
  if (loadFrom !== undefined && !isInside(localDir, loadFrom)) {
    throw new DriverError(`"load" = "${config.load}" leads out of the task's local/ folder`, { recoverable: false });
  }
  const what = loadFrom === undefined ? `Failed to pull \`${config.image}\`` : `Failed to load "${config.load}"`;
  return images.take({ user: task.id, config, loadFrom, say, signal }).catch(refusal(what));
}

type Wanted = { task: TaskSpec; config: TaskConfig; image: string; say: Say };

async function create(deps: StartingDeps, { task, config, image, say }: Wanted): Promise<string> {
  const { engine, containers } = deps;
  const joined = await joinedNetwork(deps.sharedNetworks, task, config);
  const { servers: dns, warning } = await resolversFor(engine, { task, config, serveDns: deps.serveDns });
  if (warning !== undefined) say(warning);
  const profiles = await seccompProfiles(task, config);
  const body = containerBody({ ...deps, task, config, image, dns, joined, profiles });
  const query = { name: containerName(task) };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const made = await engine.call<{ Id: string }>('POST', '/containers/create', {
        query,
        body,
        timeoutMs: START_MS,
      });
      return made.Id;
    } catch (error) {
      const nameIsTaken = isStatus(error, 409) && attempt < NAME_ATTEMPTS;
      const left = nameIsTaken ? await containers.leftover(query.name, task) : undefined;
      if (left === undefined) throw error;
      await containers.remove(left.Id);
    }
  }
}

async function run(engine: Engine, container: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + PORT_FREE_MS;
  for (;;) {
    try {
      await engine.call('POST', `/containers/${container}/start`, { timeoutMs: START_MS });
      return;
    } catch (error) {
      const portIsTaken =
        error instanceof EngineError && /port is already allocated|address already in use/.test(error.message);
      if (!portIsTaken || performance.now() > deadline || signal.aborted) throw error;
      await systemClock.sleep(RETRY_MS, signal);
    }
  }
}

async function seccompProfiles({ dirs }: TaskSpec, config: TaskConfig): Promise<Record<string, string>> {
  const paths = (config.security_opt ?? []).map(profilePath).filter((path) => path !== undefined);
  const read = async (path: string): Promise<[string, string]> => {
    const profile = await readFile(resolve(dirs.taskDir, path), 'utf8');
    return [path, JSON.stringify(JSON.parse(profile))];
  };
  return Object.fromEntries(await Promise.all(paths.map(read)));
}

/** What is fetched goes on, for others that may want it. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  return new Promise<T>((done, fail) => {
    const abort = () => fail(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true, signal: over.signal });
    work.then(done, fail);
  }).finally(() => over.abort());
}
