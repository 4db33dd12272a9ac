/**
 * Variables of the agent that tasks do not get unless the operator says so (client option `env.denylist`,
 * https://developer.hashicorp.com/nomad/docs/configuration/client): keys to other systems.
 */
const DENIED: readonly string[] = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'CONSUL_HTTP_TOKEN',
  'CONSUL_HTTP_TOKEN_FILE',
  'CONSUL_TOKEN',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'NOMAD_LICENSE',
  'NOMAD_LICENSE_PATH',
  'NOMAD_TOKEN',
  'SHOAL_TOKEN',
  'VAULT_TOKEN',
];

/** Drivers whose tasks run on the host itself and therefore start from the agent's environment. */
const HOST_DRIVERS: readonly string[] = ['raw_exec', 'exec', 'java'];

/** Looked at once, as the agent was started: the part of its environment that a task of a driver starts from. */
export function hostEnvs(
  agentEnv: Record<string, string | undefined>,
  denylist: readonly string[] = DENIED,
): (driver: string) => Record<string, string> {
  const denied = new Set(denylist);
  const inherited = Object.fromEntries(
    Object.entries(agentEnv).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !denied.has(entry[0]),
    ),
  );
  return (driver) => (HOST_DRIVERS.includes(driver) ? inherited : {});
}
