import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import type { Supervisor } from '../../supervisor/client.ts';
import { SupervisorError } from '../../supervisor/errors.ts';
import { knownSignal } from '../../supervisor/signals.ts';
import { type Driver, DriverError, type TaskHandle } from '../driver.ts';
import { INSIDE } from '../inside.ts';
import { MARK } from '../marked.ts';
import { bundleOf, keptExit, removeBundle } from './bundle.ts';
import { groupOf, type Hierarchies, hierarchiesIn, oomKills } from './cgroups.ts';
import { openInside, runInside } from './commands.ts';
import { removeDangling } from './dangling.ts';
import { exitOf } from './ending.ts';
import { takeFingerprint } from './fingerprint.ts';
import { DEFAULT_USER } from './owner.ts';
import { createRuntime, findInPath, type Programs, type Runtime } from './runtime.ts';
import type { ExecSettings } from './settings.ts';
import { startContainer } from './starting.ts';
import { readTaskConfig } from './task-config.ts';
import { createUsage } from './usage.ts';

export const EXEC = 'exec';

export type ExecOptions = {
  supervisor: Supervisor;
  settings: ExecSettings;
  /** `<data_dir>/client`. */
  stateDir: string;
  /** Speed of one core, to express CPU in MHz. */
  coreMHz: number;
  searchPath?: string;
  log(message: string): void;
};

/**
 * Runs programs of this machine isolated: with a file system, processes, capabilities and limits of their own (https://developer.hashicorp.com/nomad/docs/drivers/exec).
 */
export function execDriver(options: ExecOptions): Driver {
  const { supervisor, settings, coreMHz, log } = options;
  const base = join(options.stateDir, 'exec');
  const state = join(base, 'state');
  const searchPath = options.searchPath ?? process.env['PATH'] ?? '';
  const find = (program: string) => findInPath(program, searchPath);
  const look = () => takeFingerprint({ platform: process.platform, uid: process.getuid?.(), hierarchies, find });
  const usage = createUsage(coreMHz);
  const runtimeOf = (programs: Programs) => createRuntime(programs, state, MARK);
  const tidied = tidy();

  /** Before anything is started, so that what is not known yet is not taken for what nobody knows any more. */
  async function tidy(): Promise<void> {
    const { programs } = look();
    if (programs === undefined) return;
    try {
      await removeDangling({ base, state, supervisor, runtime: runtimeOf(programs) });
    } catch (error) {
      log(`containers without a task: ${messageOf(error)}`);
    }
  }

  /** Throws `DriverError` where the fingerprint says why. */
  function runtime(): Runtime {
    const { programs, info } = look();
    if (programs === undefined) throw new DriverError(info.HealthDescription, { recoverable: true });
    return runtimeOf(programs);
  }
  const bundle = (handle: TaskHandle) =>
    bundleOf(base, { id: handle.id, allocId: String(handle.data['allocId'] ?? handle.id.split('/')[0]) });

  return {
    name: EXEC,
    mountsVolumes: true,
    joinsNetwork: true,
    defaultUser: DEFAULT_USER,
    inside: { dirs: INSIDE, usersOfImage: false, ports: () => ({}) },
    fingerprint: async () => look().info,
    validate: (config) => readTaskConfig(config).mistakes,
    async start(task) {
      const { config, mistakes } = readTaskConfig(task.config);
      if (mistakes.length > 0)
        throw new DriverError(`failed to parse config: ${mistakes.join('; ')}`, { recoverable: false });
      await tidied;
      mkdirSync(base, { recursive: true, mode: 0o700 });
      const deps = { supervisor, settings, coreMHz, hierarchies: hierarchies(), runtime: runtime() };
      const { status, pidMode } = await startContainer(deps, { task, config, bundle: bundleOf(base, task) });
      const data = { allocId: task.allocId, pidMode };
      return { driver: EXEC, id: task.id, startedAt: status.startedAt, pid: status.pid, data };
    },
    async wait(handle, signal) {
      const seen = await supervisor.wait(handle.id, signal).catch((error: unknown) => {
        if (isUnknown(error)) return { kind: 'unknown', reason: 'the supervisor has no record of the task' } as const;
        throw error;
      });
      const place = bundle(handle);
      const oomKilled = oomKills(hierarchies(), groupOf(place.container)) > 0;
      return exitOf({ seen, kept: keptExit(place), oomKilled, isFirst: handle.data['pidMode'] !== 'host' });
    },
    async stop(handle, { killSignal, killTimeoutMs }) {
      const timeoutMs = Math.max(0, Math.round(killTimeoutMs));
      try {
        await supervisor.stop({ id: handle.id, signal: knownSignal(killSignal), timeoutMs });
      } catch (error) {
        // What is not there any more is stopped.
        if (!isUnknown(error)) throw error;
      }
    },
    async signal(handle, signal) {
      try {
        await supervisor.signal(handle.id, knownSignal(signal));
      } catch (error) {
        throw new DriverError(`cannot signal the task: ${messageOf(error)}`, { recoverable: true, cause: error });
      }
    },
    exec: async (handle, request) => runInside(runtime(), bundle(handle), request),
    session: async (handle, request) => openInside(runtime(), bundle(handle), request),
    stats: async (handle) => usage.read(hierarchies(), { id: handle.id, group: groupOf(bundle(handle).container) }),
    recover: async (handle) => (await supervisor.status(handle.id)) !== undefined,
    async forget(handle) {
      usage.forget(handle.id);
      await supervisor.forget(handle.id);
      const place = bundle(handle);
      await runtime().remove(place);
      removeBundle(place);
    },
  };
}

/** Read anew each time: a few microseconds, and an operator may mount what is missing. */
function hierarchies(): Hierarchies {
  return hierarchiesIn(readFileSync('/proc/self/mountinfo', 'utf8'));
}

function isUnknown(error: unknown): boolean {
  return error instanceof SupervisorError && error.code === 'unknown_task';
}
