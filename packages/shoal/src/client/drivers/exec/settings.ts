import { plainCap, USUAL_CAPS } from '../caps.ts';
import { type Denials, deniedUsers, ranges } from '../denied.ts';
import { type Block, flag, readFields, text, texts } from '../shape.ts';

/** What the operator says of the driver: `plugin "exec" { config { … } }`, and the client's `chroot_env` and `options`. */
export type ExecSettings = Denials & {
  pidMode: Mode;
  ipcMode: Mode;
  noPivotRoot: boolean;
  /** In small letters without `CAP_`, or `all`. */
  allowCaps: readonly string[];
  /** Paths of this machine, and where tasks find them. */
  chroot: ReadonlyMap<string, string>;
};

/** Whether a task has a namespace of its own or the machine's. */
export type Mode = 'private' | 'host';

/** In the names of Nomad's documentation (https://developer.hashicorp.com/nomad/docs/drivers/exec#plugin-options). */
const fields = {
  default_pid_mode: text,
  default_ipc_mode: text,
  no_pivot_root: flag,
  allow_caps: texts,
  denied_host_uids: text,
  denied_host_gids: text,
};

/** https://developer.hashicorp.com/nomad/docs/configuration/client#chroot_env */
const USUAL_CHROOT = ['/bin', '/etc', '/lib', '/lib32', '/lib64', '/run/resolvconf', '/sbin', '/usr'];

export type ExecSettingsInput = {
  plugin: Record<string, unknown>;
  options?: Readonly<Record<string, string>>;
  chrootEnv?: Readonly<Record<string, string>>;
};

/** Fills in the defaults. Mistakes are sentences. */
export function execSettings({ plugin, options = {}, chrootEnv = {} }: ExecSettingsInput): {
  settings: ExecSettings;
  mistakes: string[];
} {
  const mistakes: string[] = [];
  const complain = (mistake: string) => void mistakes.push(mistake);
  const given: Block<typeof fields> = readFields(plugin, fields, '', complain);
  const own = Object.entries(chrootEnv);
  for (const path of own.flat()) if (!path.startsWith('/')) complain(`"chroot_env" has absolute paths, not "${path}"`);
  const settings: ExecSettings = {
    pidMode: mode(given.default_pid_mode, 'default_pid_mode', complain) ?? 'private',
    ipcMode: mode(given.default_ipc_mode, 'default_ipc_mode', complain) ?? 'private',
    noPivotRoot: given.no_pivot_root ?? false,
    allowCaps: (given.allow_caps ?? USUAL_CAPS).map(plainCap),
    deniedUsers: deniedUsers(options, 'exec'),
    deniedUids: ranges(given.denied_host_uids, 'denied_host_uids', complain),
    deniedGids: ranges(given.denied_host_gids, 'denied_host_gids', complain),
    chroot: new Map(own.length > 0 ? own : USUAL_CHROOT.map((path) => [path, path])),
  };
  return { settings, mistakes };
}

/** A mode of a namespace; undefined if it is not given. */
export function mode(word: string | undefined, name: string, complain: (mistake: string) => void): Mode | undefined {
  if (word === undefined || word === '') return undefined;
  if (word === 'private' || word === 'host') return word;
  complain(`"${name}" must be "private" or "host", not "${word}"`);
  return undefined;
}
