import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskDirs } from '../drivers/driver.ts';
import { lookUpUser } from '../drivers/users.ts';
import { interpolate } from '../env/interpolate.ts';
import { messageOf } from '../errors.ts';
import { setupFailure, taskSetup } from '../task-runner/events.ts';
import { type HookContext, HookFailure, type TaskHook } from './hook.ts';

/** Makes the folders of the task and the shared ones. Tasks may run as another user than the agent, so all but `secrets` are open. */
export const directoriesHook: TaskHook = {
  name: 'directories',
  async prestart(context) {
    const { dirs, done, emit, allocation, group, driver, services } = context;
    const isFirst = done.get('built') === undefined;
    if (isFirst) emit(taskSetup('Building Task Directory'));
    try {
      if (isFirst) await services.disks.takeOver(allocation, group, dirs.allocDir);
      const apart = driver.inside?.usersOfImage === true;
      for (const [path, mode] of foldersOf(dirs, apart)) await makeFolder(path, mode);
      if (!apart) await handOver(context);
    } catch (error) {
      const reason = `failed to build the task directory: ${messageOf(error)}`;
      throw new HookFailure(reason, { event: setupFailure(reason), recoverable: true, cause: error });
    }
    await done.set('built', 'yes');
  },
};

/** `apart`: the task's users are not the machine's. They get in by mounts, and nobody else gets past the task's folder. */
function foldersOf(dirs: TaskDirs, apart: boolean): [path: string, mode: number][] {
  return [
    [dirs.allocDir, 0o755],
    [dirs.sharedDir, 0o777],
    [join(dirs.sharedDir, 'data'), 0o777],
    [dirs.logDir, 0o777],
    [join(dirs.sharedDir, 'tmp'), 0o777],
    [dirs.taskDir, apart ? 0o700 : 0o777],
    [dirs.localDir, 0o777],
    [dirs.secretsDir, apart ? 0o777 : 0o700],
    [dirs.tmpDir, 0o777],
  ];
}

// Only its owner may look into `secrets`, and only root may give a folder away.
async function handOver({ task, driver, env, dirs }: HookContext): Promise<void> {
  const user = interpolate(task.User, env.variables) || driver.defaultUser;
  if (user === undefined || process.getuid?.() !== 0) return;
  const { uid, gid } = await lookUpUser(user);
  await chown(dirs.secretsDir, uid, gid);
}

// The umask takes bits away from mkdir's mode, not from chmod's.
async function makeFolder(path: string, mode: number): Promise<void> {
  const made = await mkdir(path, { recursive: true });
  if (made !== undefined) await chmod(path, mode);
}
