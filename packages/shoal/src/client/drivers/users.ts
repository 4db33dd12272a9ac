import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { DriverError } from './driver.ts';

export type Owner = { uid: number; gid: number };

const run = promisify(execFile);

/** A user's ids: from /etc/passwd, else (LDAP and the like) from `id`. Throws `DriverError` for an unknown user. */
export async function lookUpUser(user: string): Promise<Owner> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const owner = findInPasswd(passwd, user) ?? (await askSystem(user));
  if (owner === undefined)
    throw new DriverError(`unknown user "${user}": the task's user must exist on this machine`, { recoverable: false });
  return owner;
}

/** By name, or by number as `user = "1000"`. */
export function findInPasswd(passwd: string, user: string): Owner | undefined {
  for (const line of passwd.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name !== undefined && uid !== undefined && (name === user || uid === user))
      return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** The numbers of the groups that name a user as a member (group(5)). */
export function groupsIn(group: string, user: string): number[] {
  return group.split('\n').flatMap((line) => {
    const [, , gid, members = ''] = line.split(':');
    return gid !== undefined && members.split(',').includes(user) ? [Number(gid)] : [];
  });
}

async function askSystem(user: string): Promise<Owner | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', '--', user]), run('id', ['-g', '--', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    // `id` knows no such user, or is not there.
    return undefined;
  }
}
