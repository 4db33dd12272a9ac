/** The client options that decide what tasks may use, by name as Nomad has them (https://developer.hashicorp.com/nomad/docs/configuration/client). */
export type TaskOptions = {
  /** Variables of the agent that tasks do not get; undefined for the usual ones. */
  readonly envDenylist: readonly string[] | undefined;
  /** Whether tasks may use a driver. */
  readonly allows: (driver: string) => boolean;
};

/** Options that are Nomad's and say nothing here: everything that can be found out about a node is. */
const WITHOUT_EFFECT = /^fingerprint\./;

export function taskOptions(options: Readonly<Record<string, string>>): TaskOptions {
  const named = (older: string, name: string) => list(options[name] ?? options[older]);
  const [allowed, denied] = [
    named('driver.whitelist', 'driver.allowlist'),
    named('driver.blacklist', 'driver.denylist'),
  ];
  const envDenylist = list(options['env.denylist'] ?? options['env.blacklist']);
  return {
    envDenylist: envDenylist.length > 0 ? envDenylist : undefined,
    allows: (driver) => (allowed.length === 0 || allowed.includes(driver)) && !denied.includes(driver),
  };
}

export function optionsWithoutEffect(options: Readonly<Record<string, string>>): string[] {
  return Object.keys(options).filter((name) => WITHOUT_EFFECT.test(name));
}

function list(words: string | undefined): string[] {
  return (words ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
