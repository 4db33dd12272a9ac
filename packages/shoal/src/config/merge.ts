import type { Diagnostic } from '@shoal/hcl';
import { FORMS } from './dialects/dialect.ts';
import type { Setting, SettingName, Settings } from './settings.ts';

/** What all files and flags together set, and where each setting's value is from. */
export type Merged = {
  readonly values: Partial<Settings>;
  readonly origins: ReadonlyMap<SettingName, Setting>;
  /** Everything that was said, in order, also what lost. */
  readonly settings: readonly Setting[];
  readonly diagnostics: readonly Diagnostic[];
};

/** Settings of which an agent has one: that two files disagree is worth a word. */
const SINGLE: readonly SettingName[] = [
  'dataDir',
  'datacenter',
  'region',
  'nodeName',
  'server.bootstrapExpect',
  'dns.domain',
];
/** A role that is on stays on: an agent is a server if any file says so. */
const STICKY: readonly SettingName[] = ['server.enabled', 'client.enabled'];
/** Whose data folder is taken: Shoal has one where the peers have one each. */
const RANK = { flag: 0, shoal: 1, nomad: 2, consul: 3 } as const;

/** Goes through the settings in order: later ones replace, lists grow, maps are joined. */
export function mergeSettings(settings: readonly Setting[]): Merged {
  const values: Record<string, unknown> = {};
  const origins = new Map<SettingName, Setting>();
  for (const setting of byRank(settings)) {
    const before = values[setting.name];
    const sticky = STICKY.includes(setting.name) && setting.from !== 'flag' && before === true;
    values[setting.name] = sticky ? true : joined(before, setting.value);
    origins.set(setting.name, setting);
  }
  return { values: values as Partial<Settings>, origins, settings, diagnostics: disagreements(settings, origins) };
}

/** In order, but for data folders: those of a lower rank come first, so that the best one is the last. */
function byRank(settings: readonly Setting[]): Setting[] {
  const folders = settings.filter(({ name }) => name === 'dataDir');
  const others = settings.filter(({ name }) => name !== 'dataDir');
  return [...folders.sort((a, b) => RANK[b.from] - RANK[a.from]), ...others];
}

function joined(before: unknown, value: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(value))
    return [...before, ...value.filter((item) => !before.includes(item))];
  if (isMap(before) && isMap(value)) return { ...before, ...value };
  return value;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function disagreements(settings: readonly Setting[], origins: ReadonlyMap<SettingName, Setting>): Diagnostic[] {
  return SINGLE.flatMap((name) => {
    const winner = origins.get(name);
    const others = settings.filter((setting) => setting.name === name && setting.from !== 'flag');
    if (winner === undefined || winner.from === 'flag') return [];
    return others.filter(({ value }) => value !== winner.value).map((loser) => disagreement(winner, loser));
  });
}

function disagreement(winner: Setting, loser: Setting): Diagnostic {
  const file = winner.range === undefined ? '' : `${winner.range.filename} `;
  const form = winner.from === 'flag' ? '' : ` in ${FORMS[winner.from]}`;
  return {
    severity: 'warning',
    summary: `${loser.key} is not used`,
    detail: `The agent has one ${loser.key}, and ${file}says "${winner.value}"${form}.`,
    ...(loser.range !== undefined && { range: loser.range }),
    remedy: `remove it here, or write "${winner.value}"`,
  };
}
