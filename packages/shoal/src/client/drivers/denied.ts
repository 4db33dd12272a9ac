import { readFile } from 'node:fs/promises';
import { DriverError } from './driver.ts';
import { groupsIn, lookUpUser } from './users.ts';

/** Whom tasks may not run as: names of users, and numbers of users and groups. */
export type Denials = {
  readonly deniedUsers: readonly string[];
  readonly deniedUids: readonly Range[];
  readonly deniedGids: readonly Range[];
};

export type Range = readonly [first: number, last: number];

/** Client options `user.denylist` and `user.checked_drivers` (https://developer.hashicorp.com/nomad/docs/configuration/client). */
const USUAL_DENIED = 'root,Administrator';
const USUAL_CHECKED = 'exec,qemu,java';

/** The users that the options deny the tasks of a driver. */
export function deniedUsers(options: Readonly<Record<string, string>>, driver: string): string[] {
  const checked = options['user.checked_drivers'] ?? USUAL_CHECKED;
  if (!list(checked).includes(driver)) return [];
  return list(options['user.denylist'] ?? options['user.blacklist'] ?? USUAL_DENIED);
}

function list(words: string): string[] {
  return words
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

/** `0,10-15,22` */
export function ranges(words: string | undefined, name: string, complain: (mistake: string) => void): Range[] {
  return list(words ?? '').flatMap((word) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
    if (first !== undefined && Number(first) <= Number(last)) return [[Number(first), Number(last)] as const];
    complain(`"${name}" is a list of numbers and ranges such as "0,10-15", and "${word}" is none`);
    return [];
  });
}

export type TaskOwner = { uid: number; gid: number; groups: number[] };

/** A user of this machine with all its groups. Throws `DriverError` for one that is unknown, or that the operator denies. */
export async function allowedOwner(name: string, denials: Denials): Promise<TaskOwner> {
  const { uid, gid } = await lookUpUser(name);
  const groups = groupsIn(await readFile('/etc/group', 'utf8').catch(() => ''), name);
  const why = await denial(name, { uid, gid, groups }, denials);
  if (why !== undefined)
    throw new DriverError(`tasks may not run as user "${name}" on this node: ${why}`, { recoverable: false });
  return { uid, gid, groups };
}

async function denial(name: string, { uid, gid, groups }: TaskOwner, denials: Denials): Promise<string | undefined> {
  for (const other of denials.deniedUsers) {
    if (other === name || (await isUser(other, uid))) return `the client's option "user.denylist" has "${other}"`;
  }
  if (within(uid, denials.deniedUids)) return `"denied_host_uids" has ${uid}`;
  const group = [gid, ...groups].find((one) => within(one, denials.deniedGids));
  return group === undefined ? undefined : `"denied_host_gids" has its group ${group}`;
}

/** By another name, or by its number. */
async function isUser(name: string, uid: number): Promise<boolean> {
  return lookUpUser(name).then(
    (found) => found.uid === uid,
    () => false,
  );
}

function within(id: number, all: readonly Range[]): boolean {
  return all.some(([first, last]) => first <= id && id <= last);
}
