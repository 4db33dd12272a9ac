import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isInside } from '../../artifacts/inside.ts';
import type { TaskSpec, TaskVolume } from '../driver.ts';
import { INSIDE } from '../inside.ts';
import type { ExecSettings } from './settings.ts';

/** A mount of the runtime specification (https://github.com/opencontainers/runtime-spec/blob/main/config.md#mounts). */
export type Mount = { destination: string; type: string; source: string; options: string[] };

const bind = (source: string, destination: string, ...options: string[]): Mount => ({
  ...{ destination, type: 'bind', source },
  options: ['rbind', ...options],
});

/**
 * What a task finds in its root, the task's folder. The machine's folders are mounted to be read, so a start costs neither time nor space for copies. Its own are mounted
 * as well: so none can be replaced from inside by a link to where the agent would then write. Parents come before what lies in them.
 */
export function folders(
  task: TaskSpec,
  { chroot }: Pick<ExecSettings, 'chroot'>,
  resolvConf: string | undefined,
): Mount[] {
  const { dirs, network, volumes } = task;
  const machine = [...chroot].filter(([source]) => existsSync(source));
  return [
    ...machine.map(([source, target]) => bind(source, target, 'ro')).sort(byDepth),
    bind(dirs.sharedDir, INSIDE.shared),
    bind(dirs.logDir, `${INSIDE.shared}/logs`),
    bind(dirs.localDir, INSIDE.local),
    bind(dirs.secretsDir, INSIDE.secrets),
    bind(dirs.tmpDir, '/tmp'),
    ...(resolvConf === undefined ? [] : [bind(resolvConf, '/etc/resolv.conf', 'ro')]),
    ...(network === undefined ? [] : [bind(network.hosts, '/etc/hosts', 'ro')]),
    ...volumes.map(hostVolume),
  ];
}

function byDepth(one: Mount, other: Mount): number {
  return one.destination.split('/').length - other.destination.split('/').length;
}

const PROPAGATION: Readonly<Record<string, string>> = {
  private: 'rprivate',
  'host-to-task': 'rslave',
  bidirectional: 'rshared',
};

function hostVolume({ source, target, readOnly, propagation }: TaskVolume): Mount {
  const destination = posix.resolve('/', target);
  return bind(source, destination, readOnly ? 'ro' : 'rw', PROPAGATION[propagation] ?? 'rprivate');
}

/** The kernel's own, as in the specification's default. `sharedIpc`: the machine's shared memory, too. */
export function kernelMounts({ sharedIpc }: { sharedIpc: boolean }): Mount[] {
  const mount = (destination: string, type: string, options: string[], source = type): Mount => ({
    ...{ destination, type, source, options },
  });
  const closed = ['nosuid', 'noexec', 'nodev'];
  return [
    mount('/proc', 'proc', []),
    mount('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    mount('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']),
    sharedIpc
      ? bind('/dev/shm', '/dev/shm')
      : mount('/dev/shm', 'tmpfs', [...closed, 'mode=1777', 'size=65536k'], 'shm'),
    mount('/dev/mqueue', 'mqueue', closed),
    mount('/sys', 'sysfs', [...closed, 'ro']),
    mount('/sys/fs/cgroup', 'cgroup', [...closed, 'relatime', 'ro']),
  ];
}

/** Where a path of the task's file system lies on this machine. */
export function placeOf(path: string, mounts: readonly Mount[], root: string): string {
  const inside = posix.resolve('/', path);
  const [over] = mounts
    .filter(({ type, destination }) => type === 'bind' && isInside(destination, inside))
    .sort((one, other) => other.destination.length - one.destination.length);
  if (over === undefined) return join(root, inside);
  return join(over.source, posix.relative(over.destination, inside));
}
