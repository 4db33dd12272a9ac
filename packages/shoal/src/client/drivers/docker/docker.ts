import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import type { ServeDns } from '../../serve-dns.ts';
import { atMost } from '../../signals.ts';
import { knownSignal } from '../../supervisor/signals.ts';
import { type Driver, DriverError, type TaskHandle } from '../driver.ts';
import { INSIDE } from '../inside.ts';
import { type Container, createContainers, exitOf, networkOf } from './containers.ts';
import { removeDangling } from './dangling.ts';
import { createEnding } from './ending.ts';
import { parseEndpoint } from './endpoint.ts';
import { createEngine } from './engine.ts';
import { EngineAwayError, refusal } from './errors.ts';
import { execIn, openSessionIn } from './exec.ts';
import { createFingerprint } from './fingerprint.ts';
import { followLogs, type LogFollower } from './follow-logs.ts';
import { createImages } from './images.ts';
import { keptIn, keptOf, type NodeNames } from './labels.ts';
import { insidePorts } from './ports.ts';
import { gatewayOf, networkName } from './resolvers.ts';
import type { DockerSettings } from './settings.ts';
import { createSharedNetworks, holderStart } from './shared-network.ts';
import { startContainer } from './starting.ts';
import { readTaskConfig } from './task-config.ts';
import { type EngineStats, type UsageSample, usageOf } from './usage.ts';

export const DOCKER = 'docker';

export type DockerOptions = {
  settings: DockerSettings;
  /** `<data_dir>/client`: keeps which images were brought. */
  stateDir: string;
  node: NodeNames;
  /** Speed of one core. */
  coreMHz: number;
  /** Undefined: containers are left with the engine's resolvers. */
  serveDns?: ServeDns | undefined;
  log(message: string): void;
};

/** `close` leaves the containers, and what was followed of them, to the next agent. */
export type DockerDriver = Driver & { close(): Promise<void> };

/** The engine's log may hang; an end is not held up by it for longer. */
const LAST_OUTPUT_MS = 10_000;
const ASK_ATTEMPTS = 6;
const ASK_AGAIN_MS = 1_000;

/** Runs containers by a Docker Engine (https://developer.hashicorp.com/nomad/docs/drivers/docker). Throws `Error` for an endpoint that is none. */
export function dockerDriver(options: DockerOptions): DockerDriver {
  const { settings, log, coreMHz } = options;
  const serveDns = settings.agentDns ? options.serveDns : undefined;
  const engine = createEngine(parseEndpoint(settings.endpoint, settings.tls));
  const containers = createContainers(engine);
  const images = createImages({ engine, settings, file: join(options.stateDir, 'docker-images.json'), log });
  const fingerprint = createFingerprint(engine, settings);
  const ending = createEnding(engine, containers);
  const sharedNetworks = createSharedNetworks({ engine, containers, node: options.node, arch: process.arch });
  const followers = new Map<string, LogFollower>();
  const samples = new Map<string, UsageSample>();
  /** Starts that are this agent's. */
  const known = new Set<string>();
  const sweeper = sweepDangling();

  function sweepDangling(): NodeJS.Timeout | undefined {
    const { dangling } = settings.gc;
    if (!dangling.enabled) return undefined;
    const deps = { engine, nodeId: options.node.id, isKnown: (start: string) => known.has(start), now: Date.now, log };
    const sweep = () =>
      removeDangling(deps, dangling).catch((error) => {
        if (!(error instanceof EngineAwayError)) log(`containers without a task: ${messageOf(error)}`);
      });
    return setInterval(() => void sweep(), dangling.periodMs).unref();
  }

  function follow({ Id, Config }: Pick<Container, 'Id' | 'Config'>, start: string, kept = keptIn(Config.Labels)): void {
    if (!settings.collectLogs || kept === undefined || kept.discard || followers.has(start)) return;
    const { task, logDir, taskDir, maxFiles, maxFileSizeBytes } = kept;
    const place = { task, dirs: { logDir, taskDir }, limits: { maxFiles, maxFileSizeBytes } };
    followers.set(start, followLogs(engine, { container: Id, terminal: Config.Tty, ...place }, log));
  }

  async function running(handle: TaskHandle): Promise<Container> {
    const container = await containers.find(handle);
    if (container?.State.Running) return container;
    throw new DriverError('the container does not run', { recoverable: true });
  }

  return {
    name: DOCKER,
    mountsVolumes: true,
    joinsNetwork: true,
    inside: { dirs: INSIDE, usersOfImage: true, ports: (config) => insidePorts(readTaskConfig(config).config) },
    async fingerprint() {
      const info = await fingerprint.take();
      const bridge = fingerprint.bridge();
      // Containers that were there before this agent ask it as well.
      if (info.Healthy && bridge !== undefined) await serveDns?.(bridge);
      return info;
    },
    validate: (config) => readTaskConfig(config).mistakes,
    async start(task, meanwhile = {}) {
      const { config, mistakes } = readTaskConfig(task.config);
      if (mistakes.length > 0)
        throw new DriverError(`failed to parse config: ${mistakes.join('; ')}`, { recoverable: false });
      known.add(task.id);
      try {
        if (task.network !== undefined) known.add(holderStart(task.allocId));
        const deps = { ...options, engine, containers, images, serveDns, sharedNetworks };
        const container = await startContainer(deps, { task, config }, meanwhile);
        follow({ Id: container, Config: { Tty: config.tty ?? false, Labels: null } }, task.id, keptOf(task, config));
        return { driver: DOCKER, id: task.id, startedAt: Date.now(), data: { container } };
      } catch (error) {
        images.release(task.id);
        known.delete(task.id);
        throw error;
      }
    },
    async wait(handle, signal) {
      const container = await ending.wait(handle, signal, (runs) => follow(runs, handle.id));
      if (container === undefined) return { kind: 'unknown', reason: 'its container is gone: somebody removed it' };
      follow(container, handle.id);
      await atMost(Promise.resolve(followers.get(handle.id)?.done), LAST_OUTPUT_MS, systemClock);
      return exitOf(container);
    },
    stop: ending.stop,
    async signal(handle, signal) {
      const { Id } = await running(handle);
      const query = { signal: knownSignal(signal) };
      await engine.call('POST', `/containers/${Id}/kill`, { query }).catch(refusal('cannot signal the task'));
    },
    exec: async (handle, request) => execIn(engine, (await running(handle)).Id, request),
    session: async (handle, request) => openSessionIn(engine, (await running(handle)).Id, request),
    async network(handle) {
      const container = await containers.find(handle);
      return container && networkOf(container, keptIn(container.Config.Labels)?.ipv6 ?? false);
    },
    async stats(handle) {
      const { Id } = await running(handle);
      const query = { stream: false, 'one-shot': true };
      const stats = await engine.call<EngineStats>('GET', `/containers/${Id}/stats`, { query });
      const { usage, sample } = usageOf(stats, samples.get(handle.id), coreMHz);
      samples.set(handle.id, sample);
      return usage;
    },
    async recover(handle) {
      const container = await patiently(() => containers.find(handle));
      if (container === undefined) return false;
      // The agent was killed between making and starting it.
      if (container.State.Status === 'created') {
        await containers.remove(container.Id);
        return false;
      }
      known.add(handle.id).add(holderStart(allocOf(handle)));
      images.hold(handle.id, container.Image);
      const network = networkName(container.HostConfig.NetworkMode);
      const address = serveDns && network && (await gatewayOf(engine, network));
      if (address) await serveDns(address);
      return true;
    },
    async forget(handle) {
      await followers.get(handle.id)?.stop();
      followers.delete(handle.id);
      samples.delete(handle.id);
      if (settings.gc.container) {
        const container = await containers.find(handle);
        if (container !== undefined) await containers.remove(container.Id);
      }
      known.delete(handle.id);
      images.release(handle.id);
    },
    async leaveNetwork(allocId) {
      known.delete(holderStart(allocId));
      await sharedNetworks.leave(allocId);
    },
    async close() {
      clearInterval(sweeper);
      await Promise.all([images.close(), ...[...followers.values()].map((follower) => follower.stop())]);
      engine.close();
    },
  };
}

/** Starts are `<allocId>/<task>/<hex>`. */
function allocOf({ id }: TaskHandle): string {
  return id.split('/')[0] ?? '';
}

/** At the start of a machine the engine may come after the agent. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof EngineAwayError) || attempt === ASK_ATTEMPTS) throw error;
      await systemClock.sleep(ASK_AGAIN_MS, new AbortController().signal);
    }
  }
}
