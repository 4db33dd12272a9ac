import { NetworkError } from '../errors.ts';

/**
 * A network configuration (https://www.cni.dev/docs/spec/, section 1): plugins that are run one after another, each with its own part and what the
 * one before has made.
 */
export type ConfigList = {
  readonly cniVersion: string;
  readonly name: string;
  /** The plugins give false alarms when they are asked to check. */
  readonly disableCheck?: boolean;
  readonly plugins: readonly PluginConfig[];
};

export type PluginConfig = {
  readonly type: string;
  readonly capabilities?: Readonly<Record<string, boolean>>;
  readonly [key: string]: unknown;
};

/** Earlier ones know no lists of plugins, and later ones keep the same results. */
const OLDEST = [0, 3, 0] as const;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Reads a `.conflist`, or a `.conf` or `.json` with one plugin, which is a list of one. Throws `NetworkError` that names the file. */
export function readConfigList(text: string, file: string): ConfigList {
  const wrong = (what: string) => new NetworkError(`${file}: ${what}`, { recoverable: false });
  const read = parsed(text, wrong);
  const list = Array.isArray(read['plugins']) ? read : { ...read, plugins: [read] };
  const { name, cniVersion = '0.2.0', disableCheck, plugins } = list as Record<string, unknown>;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw wrong('"name" must begin with a letter or digit, and go on with these, "_", "." and "-"');
  }
  if (typeof cniVersion !== 'string' || !isKnown(cniVersion)) {
    throw wrong(`"cniVersion" is ${JSON.stringify(cniVersion)}; 0.3.0 and later are understood`);
  }
  const parts = plugins as unknown[];
  if (parts.length === 0) throw wrong('"plugins" is empty');
  for (const [index, part] of parts.entries()) {
    if (!isObject(part) || typeof part['type'] !== 'string' || !NAME.test(part['type'])) {
      throw wrong(`plugin ${index + 1} needs a "type", the name of its program`);
    }
  }
  return {
    ...{ cniVersion, name, plugins: parts as PluginConfig[] },
    ...((disableCheck === true || disableCheck === 'true') && { disableCheck: true }),
  };
}

function parsed(text: string, wrong: (what: string) => Error): Record<string, unknown> {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw wrong(`it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(read)) throw wrong('it must hold a JSON object');
  return read;
}

function isKnown(version: string): boolean {
  const parts = version.split('.').map(Number);
  const first = parts.findIndex((part, index) => part !== OLDEST[index]);
  return parts.length === 3 && parts.every(Number.isInteger) && (first < 0 || parts[first]! > (OLDEST[first] ?? 0));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What one plugin is given on its standard input (section 3, "Deriving execution configuration from plugin configuration"): its part as it is written,
 * the list's name and version, of the runtime's values those that it says it can do, and the result so far.
 */
export function pluginInput(
  list: ConfigList,
  { capabilities, ...part }: PluginConfig,
  given: { runtime: Readonly<Record<string, unknown>>; prevResult: unknown },
): Record<string, unknown> {
  const wanted = Object.entries(given.runtime).filter(([name]) => capabilities?.[name] === true);
  return {
    ...part,
    cniVersion: list.cniVersion,
    name: list.name,
    ...(wanted.length > 0 && { runtimeConfig: Object.fromEntries(wanted) }),
    ...(given.prevResult !== undefined && { prevResult: given.prevResult }),
  };
}
