import type { AllocClientStatus } from '@shoal/api';
import type { AllocRow, AllocStatusRow, HealthVerdict } from './rows.ts';

/** An allocation's client status: the client's own report of an end first, then what a server knows, then the report, then 'pending'. */
export function clientStatus(
  alloc: Pick<AllocRow, 'ClientStatus'>,
  reported: Pick<AllocStatusRow, 'ClientStatus'> | undefined,
): AllocClientStatus {
  return combinedStatus(alloc.ClientStatus, reported?.ClientStatus ?? 'pending');
}

/** `stated`: by a server. */
export function combinedStatus(stated: AllocRow['ClientStatus'], reported: AllocClientStatus): AllocClientStatus {
  if (reported === 'complete' || reported === 'failed') return reported;
  return stated ?? reported;
}

/** Its health in its present deployment: an operator's word first, then its client's. What was said in a former one is not about what it is now. */
export function healthOf(
  alloc: Pick<AllocRow, 'DeploymentID' | 'ManualHealth'>,
  reported: Pick<AllocStatusRow, 'DeploymentHealthy'> | undefined,
): HealthVerdict | undefined {
  return verdictFor(alloc.DeploymentID, alloc.ManualHealth, reported?.DeploymentHealthy);
}

/** The first verdict that was given for the deployment. */
export function verdictFor(
  deploymentId: string,
  ...verdicts: readonly (HealthVerdict | null | undefined)[]
): HealthVerdict | undefined {
  return verdicts.find((verdict) => verdict?.DeploymentID === deploymentId) ?? undefined;
}

/** Ended, or no longer wanted (Nomad: "terminal"). */
export function isTerminal(alloc: AllocRow, reported: AllocStatusRow | undefined): boolean {
  return alloc.DesiredStatus !== 'run' || isClientTerminal(clientStatus(alloc, reported));
}

/** Nothing of it runs any more, as far as anybody knows. */
export function isClientTerminal(status: AllocClientStatus): boolean {
  return status === 'complete' || status === 'failed' || status === 'lost';
}
