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

/** The part of the agent's environment that a task of this driver starts from. */
export function hostEnv(
  agentEnv: Record<string, string | undefined>,
  driver: string,
  denylist: readonly string[] = DENIED,
): Record<string, string> {
  if (!HOST_DRIVERS.includes(driver)) return {};
  const denied = new Set(denylist);
  return Object.fromEntries(
    Object.entries(agentEnv).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !denied.has(entry[0]),
    ),
  );
}
