import { readFile } from 'node:fs/promises';
import { DriverError } from '../driver.ts';
import { groupsIn, lookUpUser } from '../users.ts';
import type { ExecSettings, Range } from './settings.ts';

export const DEFAULT_USER = 'nobody';

export type TaskOwner = { uid: number; gid: number; groups: number[] };

/** A user of this machine with all its groups. Throws `DriverError` for one that is unknown, or that the operator denies. */
export async function ownerOf(user: string, settings: ExecSettings): Promise<TaskOwner> {
  const name = user === '' ? DEFAULT_USER : user;
  const { uid, gid } = await lookUpUser(name);
  const groups = groupsIn(await readFile('/etc/group', 'utf8').catch(() => ''), name);
  const denied = async () => {
    for (const other of settings.deniedUsers) {
      if (other === name || (await isUser(other, uid))) return `the client's option "user.denylist" has "${other}"`;
    }
    if (within(uid, settings.deniedUids)) return `"denied_host_uids" has ${uid}`;
    const group = [gid, ...groups].find((one) => within(one, settings.deniedGids));
    return group === undefined ? undefined : `"denied_host_gids" has its group ${group}`;
  };
  const why = await denied();
  if (why !== undefined)
    throw new DriverError(`tasks may not run as user "${name}" on this node: ${why}`, { recoverable: false });
  return { uid, gid, groups };
}

/** By another name, or by its number. */
async function isUser(name: string, uid: number): Promise<boolean> {
  return lookUpUser(name).then(
    (found) => found.uid === uid,
    () => false,
  );
}

function within(id: number, ranges: readonly Range[]): boolean {
  return ranges.some(([first, last]) => first <= id && id <= last);
}
