import type { AllocClientStatus } from '@shoal/api';
import type { AllocRow, AllocStatusRow } from './rows.ts';

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

/** Ended, or no longer wanted (Nomad: "terminal"). */
export function isTerminal(alloc: AllocRow, reported: AllocStatusRow | undefined): boolean {
  return alloc.DesiredStatus !== 'run' || isClientTerminal(clientStatus(alloc, reported));
}

/** Nothing of it runs any more, as far as anybody knows. */
export function isClientTerminal(status: AllocClientStatus): boolean {
  return status === 'complete' || status === 'failed' || status === 'lost';
}
