import type { GrantedCaps } from '../caps.ts';
import { kernelMounts, type Mount } from './file-system.ts';
import type { Limits } from './limits.ts';
import type { Mode } from './settings.ts';

export type SpecInput = {
  /** The folder that is the task's root. */
  root: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  user: { uid: number; gid: number; groups: readonly number[] };
  caps: Exclude<GrantedCaps['kept'], 'all'>;
  /** Those that a user other than root has, too. */
  ambientCaps: readonly string[];
  folders: readonly Mount[];
  limits: Limits;
  /** From the root of the hierarchies. */
  cgroup: string;
  pidMode: Mode;
  ipcMode: Mode;
  cgroupNamespace: boolean;
  /** The path of a network namespace; undefined: the machine's network. */
  network: string | undefined;
};

/** What a task could do harm with, or learn of the machine; as container engines have it. */
const MASKED = 'acpi asound kcore keys latency_stats timer_list timer_stats sched_debug scsi'.split(' ');
const READ_ONLY = 'bus fs irq sys sysrq-trigger'.split(' ');

/** A task as a bundle's `config.json` (https://github.com/opencontainers/runtime-spec). */
export function runtimeSpec(input: SpecInput): Record<string, unknown> {
  const { user, pidMode, ipcMode } = input;
  const caps = input.caps.map(kernelName);
  const ambient = input.ambientCaps.map(kernelName);
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: user.uid, gid: user.gid, additionalGids: user.groups },
      args: input.args,
      env: Object.entries(input.env).map(([name, value]) => `${name}=${value}`),
      cwd: input.cwd,
      capabilities: { bounding: caps, effective: caps, permitted: caps, inheritable: ambient, ambient },
    },
    root: { path: input.root, readonly: false },
    mounts: [...kernelMounts({ sharedIpc: ipcMode === 'host' }), ...input.folders],
    linux: {
      namespaces: [
        { type: 'mount' },
        ...(pidMode === 'private' ? [{ type: 'pid' }] : []),
        ...(ipcMode === 'private' ? [{ type: 'ipc' }] : []),
        ...(input.cgroupNamespace ? [{ type: 'cgroup' }] : []),
        ...(input.network === undefined ? [] : [{ type: 'network', path: input.network }]),
      ],
      resources: input.limits,
      cgroupsPath: input.cgroup,
      rootfsPropagation: 'rslave',
      maskedPaths: [...MASKED.map((name) => `/proc/${name}`), '/sys/firmware'],
      readonlyPaths: READ_ONLY.map((name) => `/proc/${name}`),
    },
  };
}

function kernelName(cap: string): string {
  return `CAP_${cap.toUpperCase()}`;
}
