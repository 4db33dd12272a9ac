import { messageOf } from '../../errors.ts';
import type { Supervisor } from '../../supervisor/client.ts';
import { KEEPER_VERSION, type TaskStatus } from '../../supervisor/protocol.ts';
import { ALL_CAPS, grantCaps, plainCap } from '../caps.ts';
import type { TaskOwner } from '../denied.ts';
import { DriverError, type TaskSpec } from '../driver.ts';
import { type Bundle, lastComplaint, makeBundle, removeBundle, writeSpec } from './bundle.ts';
import { groupOf, type Hierarchies, limitsSwap, membersFolder } from './cgroups.ts';
import { folders } from './file-system.ts';
import { limitsOf } from './limits.ts';
import { ownerOf } from './owner.ts';
import { findProgram } from './program.ts';
import { resolvConfFor } from './resolv-conf.ts';
import type { Runtime } from './runtime.ts';
import type { ExecSettings, Mode } from './settings.ts';
import { runtimeSpec } from './spec.ts';
import type { TaskConfig } from './task-config.ts';

export type StartingDeps = {
  supervisor: Supervisor;
  settings: ExecSettings;
  coreMHz: number;
  hierarchies: Hierarchies;
  runtime: Runtime;
};

type Wanted = { task: TaskSpec; config: TaskConfig; bundle: Bundle };

/** Ports below 1024. */
const HARMLESS = 'net_bind_service';
/** The words that users of the API know; what follows them is ours. */
const LAUNCH_FAILED = 'failed to launch command with executor';
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** From a task to a running container. Throws `DriverError`, with nothing left behind. */
export async function startContainer(
  deps: StartingDeps,
  wanted: Wanted,
): Promise<{ status: TaskStatus; pidMode: Mode }> {
  const { settings, supervisor, runtime } = deps;
  const { task, config, bundle } = wanted;
  if (supervisor.protocol() < KEEPER_VERSION) {
    const why = `the supervisor (pid ${supervisor.pid()}) is of an older version that cannot isolate tasks`;
    throw new DriverError(`${why}; it makes room for a new one when its last task has ended`, { recoverable: true });
  }
  const owner = await ownerOf(task.user, settings);
  makeBundle(bundle);
  try {
    const pidMode = (config.pid_mode as Mode | undefined) || settings.pidMode;
    writeSpec(bundle, specOf(deps, wanted, { owner, pidMode }));
    return { status: await launch(deps, wanted, owner), pidMode };
  } catch (error) {
    await runtime.remove(bundle).catch(() => undefined);
    removeBundle(bundle);
    if (error instanceof DriverError) throw error;
    throw new DriverError(`${LAUNCH_FAILED}: ${messageOf(error)}`, { recoverable: true, cause: error });
  }
}

async function launch({ supervisor, runtime, settings, hierarchies }: StartingDeps, wanted: Wanted, owner: TaskOwner) {
  const { task, bundle } = wanted;
  const { command, args, env } = runtime.keeper(bundle, settings);
  const { id, allocId, dirs, logs } = task;
  try {
    return await supervisor.start({
      ...{ id, allocId, task: task.task, command, args, env, ...logs, cwd: bundle.dir, logDir: dirs.logDir },
      keeper: {
        begin: runtime.begin(bundle),
        cgroup: membersFolder(hierarchies, groupOf(bundle.container)),
      },
      ...{ outputUid: owner.uid, outputGid: owner.gid },
    });
  } catch (error) {
    const reason = lastComplaint(bundle) || messageOf(error);
    throw new DriverError(`${LAUNCH_FAILED}: ${reason}`, { recoverable: true, cause: error });
  }
}

function specOf(
  { settings, hierarchies, coreMHz }: StartingDeps,
  { task, config, bundle }: Wanted,
  { owner, pidMode }: { owner: TaskOwner; pidMode: Mode },
): Record<string, unknown> {
  const mounts = folders(task, settings, resolvConfFor(task, settings, bundle.dir));
  const name = config.command ?? '';
  const program = findProgram(name, task, mounts);
  if (program === undefined) throw new DriverError(`${LAUNCH_FAILED}: ${notFound(name)}`, { recoverable: true });
  return runtimeSpec({
    root: task.dirs.taskDir,
    args: [program, ...(config.args ?? [])],
    // The marks by which all that belongs to the task is found.
    env: { PATH: USUAL_PATH, ...task.env, NOMAD_ALLOC_ID: task.allocId, NOMAD_TASK_NAME: task.task },
    cwd: config.work_dir ?? '/',
    user: owner,
    ...capsOf(config, settings),
    folders: mounts,
    limits: limitsOf({
      resources: task.resources,
      cpuHardLimit: config.cpu_hard_limit ?? false,
      coreMHz,
      limitsSwap: limitsSwap(hierarchies),
    }),
    cgroup: groupOf(bundle.container),
    cgroupNamespace: hierarchies.version === 2,
    pidMode,
    ipcMode: (config.ipc_mode as Mode | undefined) || settings.ipcMode,
    network: task.network?.namespace,
  });
}

/**
 * Root has all that is granted. Another user has what harms nobody and what its job names in `cap_add`: not by itself the right to pass over the rights of files, as a container's
 * `nobody` would not expect. The rest it may get by programs that give it (`setuid`).
 */
function capsOf(
  config: TaskConfig,
  settings: ExecSettings,
): { caps: readonly string[]; ambientCaps: readonly string[] } {
  const drop = config.cap_drop ?? [];
  const { kept, asked, refused } = grantCaps({ add: config.cap_add ?? [], drop }, settings.allowCaps);
  if (refused.length > 0) {
    const remedy = 'the operator allows them with allow_caps in the exec plug-in';
    throw new DriverError(`cap_add has what this node does not allow: ${refused.join(', ')} (${remedy})`, {
      recoverable: false,
    });
  }
  if (kept !== 'all') return { caps: kept, ambientCaps: kept.filter((cap) => cap === HARMLESS || asked.includes(cap)) };
  const dropped = drop.map(plainCap);
  const caps = ALL_CAPS.filter((cap) => !dropped.includes(cap));
  return { caps, ambientCaps: caps };
}

function notFound(command: string): string {
  if (command.startsWith('/')) return `${command}: no such file in the task's file system (see chroot_env)`;
  const places = "the task's local/ folder, its folder, its volumes, /usr/local/bin, /usr/bin or /bin";
  return `"${command}" is not in ${places}; give an absolute path, or deliver it by an artifact`;
}
