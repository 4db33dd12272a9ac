import type { FlagSpecs } from './flags.ts';

/** What Nomad's users give with a job, and what opens nothing here: Vault and Consul of their own, policies of its enterprise edition. */
export const FOREIGN_FLAGS = {
  'vault-token': foreign('Access to Vault'),
  'vault-namespace': foreign('Namespace in Vault'),
  'consul-token': foreign('Access to Consul'),
  'consul-namespace': foreign('Namespace in Consul'),
  'policy-override': { kind: 'bool', help: 'Take policies for warnings', hidden: true },
} as const satisfies FlagSpecs;

function foreign(help: string) {
  return { kind: 'text', value: 'VALUE', help, hidden: true } as const;
}
