import type { AgentConfig } from './agent-config.ts';

/** Parts of a running agent that can take a new configuration. Which of them an agent has, it says itself. */
export type ReloadPart =
  | 'log'
  | 'watches'
  | 'services'
  | 'dns'
  | 'http'
  | 'tls'
  | 'edge'
  | 'node'
  | 'telemetry'
  | 'datacenters';

/** A setting that is another one than before. */
export type ReloadChange = {
  /** Its path in `AgentConfig`: `dns.recursors`. */
  readonly setting: string;
  /** Who takes it without a restart; undefined when nobody can. */
  readonly part: ReloadPart | undefined;
  readonly before: unknown;
  readonly after: unknown;
};

export type Reload = {
  /** What is in force when the parts have taken their changes: the former configuration, and of the new one what can be applied now. */
  readonly config: AgentConfig;
  /** The parts that have something new, each once. */
  readonly parts: readonly ReloadPart[];
  readonly applied: readonly ReloadChange[];
  readonly needRestart: readonly ReloadChange[];
};

/** Settings that a part can take while it runs, by path; a path covers all below it. What is not here is read at the start only. */
const PARTS: readonly (readonly [path: string, part: ReloadPart])[] = [
  ['log.level', 'log'],
  ['watches', 'watches'],
  ['services', 'services'],
  ['checks', 'services'],
  ['dns', 'dns'],
  ['http.responseHeaders', 'http'],
  ['tls.files', 'tls'],
  ['edge', 'edge'],
  ['nodeMeta', 'node'],
  ['client.meta', 'node'],
  ['client.nodeClass', 'node'],
  ['client.reserved', 'node'],
  ['client.hostVolumes', 'node'],
  ['client.minDynamicPort', 'node'],
  ['client.maxDynamicPort', 'node'],
  ['telemetry', 'telemetry'],
  ['remoteDatacenters', 'datacenters'],
];

/** Of those, what is settled with the start: who is switched on, sockets, and what other parts have taken over. */
const FIXED = new Set(['dns.domain', 'dns.altDomains', 'dns.ports', 'edge.enabled', 'edge.plane']);

/** Says where something was read, not what: no change of it changes anything. */
const NO_SETTINGS = new Set(['files']);

/**
 * What a configuration that was read again changes, for an agent whose parts `can` take something new. Whole values are compared: a list is one setting.
 */
export function planReload(before: AgentConfig, after: AgentConfig, can: ReadonlySet<ReloadPart>): Reload {
  const changes = differences(before, after, []);
  const isApplied = ({ part }: ReloadChange): boolean => part !== undefined && can.has(part);
  const applied = changes.filter(isApplied);
  return {
    config: applied.reduce(
      (config, { setting, after: value }) => withSetting(config, setting.split('.'), value),
      before,
    ),
    parts: [...new Set(applied.flatMap(({ part }) => part ?? []))],
    applied,
    needRestart: changes.filter((change) => !isApplied(change)),
  };
}

function differences(before: unknown, after: unknown, path: readonly string[]): ReloadChange[] {
  const setting = path.join('.');
  if (NO_SETTINGS.has(setting) || isSame(before, after)) return [];
  if (isBlock(before) && isBlock(after) && !isOneSetting(setting)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differences(before[name], after[name], [...path, name]));
  }
  return [{ setting, part: partOf(setting), before, after }];
}

/** Maps with the user's own keys are taken as a whole. */
const MAPS = new Set([
  'nodeMeta',
  'taggedAddresses',
  'plugins',
  'remoteDatacenters',
  'client.meta',
  'client.options',
  'client.hostVolumes',
  'dns.serviceTtl',
  'http.responseHeaders',
  'tls.files',
]);

function isOneSetting(setting: string): boolean {
  return MAPS.has(setting);
}

function partOf(setting: string): ReloadPart | undefined {
  if (FIXED.has(setting)) return undefined;
  return PARTS.find(([path]) => setting === path || setting.startsWith(`${path}.`))?.[1];
}

function withSetting<T>(value: T, [name, ...rest]: readonly string[], to: unknown): T {
  if (name === undefined) return to as T;
  const inside = (value as Record<string, unknown>)[name];
  return { ...value, [name]: withSetting(inside, rest, to) };
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, at) => isSame(item, other[at]));
  if (!isBlock(one) || !isBlock(other)) return false;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => isSame(one[name], other[name]));
}

/** Sentences for the log: what is in force now, then what waits for a restart, then that there was nothing. */
export function describeReload({ applied, needRestart }: Reload): { level: 'info' | 'warn'; message: string }[] {
  if (applied.length + needRestart.length === 0)
    return [{ level: 'info', message: 'config: read again, nothing has changed' }];
  return [
    ...applied.map((change) => ({ level: 'info' as const, message: `config: ${shown(change)}, in force now` })),
    ...needRestart.map((change) => ({
      level: 'warn' as const,
      message: `config: ${shown(change)}, needs a restart of the agent (its tasks go on); until then it stays as it was`,
    })),
  ];
}

/** A log is read by more people than a configuration: only plain values that are no secrets are written out. */
function shown({ setting, before, after }: ReloadChange): string {
  const isPlain = [before, after].every((value) => ['string', 'number', 'boolean', 'undefined'].includes(typeof value));
  if (!isPlain || /token/i.test(setting)) return `${setting} has changed`;
  return `${setting} ${plain(before)} → ${plain(after)}`;
}

function plain(value: unknown): string {
  return value === undefined ? 'unset' : String(value);
}
