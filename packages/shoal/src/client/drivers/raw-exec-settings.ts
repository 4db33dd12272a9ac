import { type Denials, deniedUsers, ranges } from './denied.ts';
import { type Block, ignored, readFields, text, texts } from './shape.ts';

/** What the operator denies tasks: `plugin "raw_exec" { config { … } }`, and the client's `options`. */
export type RawExecSettings = Denials & { readonly isDeniedEnv: (name: string) => boolean };

/** In the names of Nomad's documentation (https://developer.hashicorp.com/nomad/docs/drivers/raw_exec#plugin-options). `enabled` is read elsewhere. */
const fields = {
  enabled: ignored,
  no_cgroups: ignored,
  denied_host_uids: text,
  denied_host_gids: text,
  denied_envvars: texts,
};

export const RAW_EXEC_DEFAULTS: RawExecSettings = {
  ...{ deniedUsers: [], deniedUids: [], deniedGids: [] },
  isDeniedEnv: () => false,
};

/** Mistakes are sentences. */
export function rawExecSettings(given: {
  plugin: Record<string, unknown>;
  options?: Readonly<Record<string, string>>;
}): { settings: RawExecSettings; mistakes: string[] } {
  const mistakes: string[] = [];
  const complain = (mistake: string) => void mistakes.push(mistake);
  const read: Block<typeof fields> = readFields(given.plugin, fields, '', complain);
  const settings: RawExecSettings = {
    deniedUsers: deniedUsers(given.options ?? {}, 'raw_exec'),
    deniedUids: ranges(read.denied_host_uids, 'denied_host_uids', complain),
    deniedGids: ranges(read.denied_host_gids, 'denied_host_gids', complain),
    isDeniedEnv: anyOf(read.denied_envvars ?? []),
  };
  return { settings, mistakes };
}

/** Names in which a `*` at the beginning or end stands for anything. */
function anyOf(patterns: readonly string[]): (name: string) => boolean {
  return (name) => patterns.some((pattern) => matches(pattern, name));
}

function matches(pattern: string, name: string): boolean {
  const [before, behind] = [pattern.startsWith('*'), pattern.length > 1 && pattern.endsWith('*')];
  const word = pattern.slice(before ? 1 : 0, behind ? -1 : undefined);
  if (before && behind) return name.includes(word);
  if (before) return name.endsWith(word);
  return behind ? name.startsWith(word) : name === word;
}
