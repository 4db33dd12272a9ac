import { plainCap, USUAL_CAPS } from '../caps.ts';
import { type Block, flag, readFields, text, texts } from '../shape.ts';

/** What the operator says of the driver: `plugin "exec" { config { … } }`, and the client's `chroot_env` and `options`. */
export type ExecSettings = {
  pidMode: Mode;
  ipcMode: Mode;
  noPivotRoot: boolean;
  /** In small letters without `CAP_`, or `all`. */
  allowCaps: readonly string[];
  /** Names of users, and numbers of users and groups, that tasks may not run as. */
  deniedUsers: readonly string[];
  deniedUids: readonly Range[];
  deniedGids: readonly Range[];
  /** Paths of this machine, and where tasks find them. */
  chroot: ReadonlyMap<string, string>;
};

/** Whether a task has a namespace of its own or the machine's. */
export type Mode = 'private' | 'host';
export type Range = readonly [first: number, last: number];

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
/** Client options `user.denylist` and `user.checked_drivers`. */
const USUAL_DENIED = 'root,Administrator';
const USUAL_CHECKED = 'exec,qemu,java';

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
    deniedUsers: deniedUsers(options),
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

function deniedUsers(options: Readonly<Record<string, string>>): string[] {
  const checked = options['user.checked_drivers'] ?? USUAL_CHECKED;
  if (!list(checked).includes('exec')) return [];
  return list(options['user.denylist'] ?? options['user.blacklist'] ?? USUAL_DENIED);
}

function list(words: string): string[] {
  return words
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

/** `0,10-15,22` */
function ranges(words: string | undefined, name: string, complain: (mistake: string) => void): Range[] {
  return list(words ?? '').flatMap((word) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
    if (first !== undefined && Number(first) <= Number(last)) return [[Number(first), Number(last)] as const];
    complain(`"${name}" is a list of numbers and ranges such as "0,10-15", and "${word}" is none`);
    return [];
  });
}
