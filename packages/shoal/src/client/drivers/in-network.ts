import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { systemPath } from '../network/program.ts';
import { DriverError, type TaskNetwork } from './driver.ts';

/** A program of the machine, to be run as a user of it. */
export type HostProgram = { command: string; args: string[]; uid?: number; gid?: number };

/** Argument 1 is the file, 2 the program that mounts; the rest is run in this shell's place. */
const WITH_RESOLV_CONF = `
file=$1 mount=$2; shift 2
if [ -e /etc/resolv.conf ]; then "$mount" --bind "$file" /etc/resolv.conf || exit 1; fi
exec "$@"`;

/**
 * Runs a program of the machine in an allocation's network, as ip-netns(8) does it: in its network namespace, and in a mount namespace of its own where
 * /etc/resolv.conf is the allocation's. Only then it takes on its user: that needs root. The process stays the same one. Pure but for looking where
 * util-linux is; throws `DriverError`.
 */
export function inNetwork({ namespace, resolvConf }: TaskNetwork, program: HostProgram): HostProgram {
  const { command, args, uid, gid } = program;
  const asUser =
    uid === undefined ? [] : [find('setpriv'), `--reuid=${uid}`, `--regid=${gid ?? uid}`, '--clear-groups'];
  return {
    command: find('nsenter'),
    args: [
      `--net=${namespace}`,
      // Mounts of the machine come in, none goes out.
      ...[find('unshare'), '--mount', '--propagation=slave'],
      ...[find('sh'), '-c', WITH_RESOLV_CONF, 'sh', resolvConf, find('mount')],
      ...[...asUser, command, ...args],
    ],
  };
}

function find(program: string): string {
  const folders = systemPath().split(delimiter).filter(isAbsolute);
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const remedy = 'install util-linux and mount';
  throw new DriverError(`the program "${program}", by which a task gets into its network, is missing: ${remedy}`, {
    recoverable: false,
  });
}
