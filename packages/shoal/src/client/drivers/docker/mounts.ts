import { realpathSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { isInside } from '../../artifacts/inside.ts';
import type { TaskSpec, TaskVolume } from '../driver.ts';
import { INSIDE } from '../inside.ts';
import type { DockerSettings } from './settings.ts';
import type { MountConfig, TaskConfig } from './task-config.ts';

export type Mounts = {
  /** `SOURCE:TARGET[:OPTIONS]`, as the engine's `HostConfig.Binds`. */
  binds: string[];
  /** As its `HostConfig.Mounts`. */
  mounts: Record<string, unknown>[];
};

/**
 * The folders of the allocation, host volumes, and what the task's `config` asks for. A path outside of the allocation's folder is mounted only where the
 * operator allows it, also if it is a link there that leads out. Throws `Error` with a sentence for what may not be.
 */
export function mountsOf(task: TaskSpec, config: TaskConfig, { volumes }: Pick<DockerSettings, 'volumes'>): Mounts {
  const { dirs } = task;
  const label = volumes.selinuxLabel;
  const own = [
    [dirs.sharedDir, INSIDE.shared],
    // Mounted by itself, it cannot be replaced from inside by a link to where the agent would then write.
    [dirs.logDir, `${INSIDE.shared}/logs`],
    [dirs.localDir, INSIDE.local],
    [dirs.secretsDir, INSIDE.secrets],
  ].map(([source, target]) => [source, target, label].filter(Boolean).join(':'));
  const asked = (config.volumes ?? []).map((line) => volume(line, task, config, volumes));
  const mounts = [...(config.mount ?? []), ...(config.mounts ?? [])].map((mount) =>
    mountOf(mount, task, volumes.enabled),
  );
  return { binds: [...own, ...asked], mounts: [...task.volumes.map(hostVolume), ...mounts] };
}

/** A line of `volumes`. Options are passed on; the SELinux label stands among them. */
function volume(
  line: string,
  task: TaskSpec,
  config: TaskConfig,
  { enabled, selinuxLabel }: DockerSettings['volumes'],
): string {
  const [source = '', target = '', ...options] = line.split(':');
  if (source === '' || target === '')
    throw new Error(`"${line}" in "volumes" is not of the form SOURCE:TARGET[:OPTIONS]`);
  if (config.volume_driver !== undefined) {
    if (!enabled)
      throw new Error(`volumes are not enabled; cannot use volume driver "${config.volume_driver}"${REMEDY}`);
    if (!source.startsWith('.') && !isAbsolute(source)) return line;
  }
  const path = hostPath(source, task, enabled);
  const modes = [...options, ...(selinuxLabel === '' ? [] : [selinuxLabel])];
  return [path, target, ...(modes.length === 0 ? [] : [modes.join(',')])].join(':');
}

function mountOf(mount: MountConfig, task: TaskSpec, enabled: boolean): Record<string, unknown> {
  const { type = 'volume', target, source = '', readonly = false } = mount;
  const base = { Type: type, Target: target, ReadOnly: readonly };
  if (type === 'bind') {
    const Propagation = mount.bind_options?.propagation;
    return { ...base, Source: hostPath(source, task, enabled), ...(Propagation && { BindOptions: { Propagation } }) };
  }
  if (type === 'tmpfs') {
    const { size, mode } = mount.tmpfs_options ?? {};
    return {
      ...base,
      TmpfsOptions: { ...(size !== undefined && { SizeBytes: size }), ...(mode !== undefined && { Mode: mode }) },
    };
  }
  const { no_copy: NoCopy = false, labels: Labels = {}, driver_config: driver } = mount.volume_options ?? {};
  if (driver?.name !== undefined && !enabled) {
    throw new Error(`volumes are not enabled; cannot use volume driver "${driver.name}"${REMEDY}`);
  }
  const DriverConfig = driver && { Name: driver.name ?? 'local', Options: driver.options ?? {} };
  return { ...base, Source: source, VolumeOptions: { NoCopy, Labels, ...(DriverConfig && { DriverConfig }) } };
}

const REMEDY = ' (the operator allows it with volumes { enabled = true } in the docker plug-in)';

/** Relative paths begin in the task's folder. */
function hostPath(source: string, { dirs }: TaskSpec, enabled: boolean): string {
  const path = resolve(dirs.taskDir, source);
  if (enabled) return path;
  const inside = isInside(dirs.allocDir, path) && isInside(realpathSync(dirs.allocDir), realOf(path));
  if (!inside) throw new Error(`volumes are not enabled; cannot mount host paths: "${source}"${REMEDY}`);
  return path;
}

/** What is not there yet is made by the engine, below the nearest folder that is. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return realOf(resolve(path, '..'));
  }
}

const PROPAGATION: Readonly<Record<string, string>> = {
  private: 'rprivate',
  'host-to-task': 'rslave',
  bidirectional: 'rshared',
};

function hostVolume({ source, target, readOnly, propagation }: TaskVolume): Record<string, unknown> {
  const Propagation = PROPAGATION[propagation] ?? 'rprivate';
  return { Type: 'bind', Source: source, Target: target, ReadOnly: readOnly, BindOptions: { Propagation } };
}
