import type { Service } from '@shoal/api';
import type { RegisteredCheck, RegisteredStatus, Registrar } from '../registrar.ts';
import { checkId } from './checks.ts';

/**
 * The status of an instance as a deployment takes it: a check with `on_update = "ignore"` counts as passing whatever it says, one with
 * `ignore_warnings` also when it warns (https://developer.hashicorp.com/nomad/docs/job-specification/service#on_update).
 */
export function updateStatus(
  registrar: Pick<Registrar, 'status'> & { checks(id: string): Pick<RegisteredCheck, 'id' | 'status'>[] },
  serviceId: string,
  services: readonly Service[],
): RegisteredStatus | undefined {
  if (registrar.status(serviceId) === undefined) return undefined;
  const lenient = lenientChecks(serviceId, services);
  const statuses = registrar.checks(serviceId).map(({ id, status }) => accepted(status, lenient.get(id) ?? ''));
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'passing';
}

const WORST_FIRST: readonly RegisteredStatus[] = ['critical', 'warning'];

function accepted(status: RegisteredStatus, onUpdate: string): RegisteredStatus {
  if (onUpdate === 'ignore') return 'passing';
  return onUpdate === 'ignore_warnings' && status === 'warning' ? 'passing' : status;
}

/** By the check's id; a check's own word counts more than its service's. */
function lenientChecks(serviceId: string, services: readonly Service[]): Map<string, string> {
  return new Map(
    services.flatMap((service) =>
      (service.Checks ?? []).map((check) => [checkId(serviceId, check), ownOrService(check, service)] as const),
    ),
  );
}

// Canonical jobs say "require_healthy" where nothing is said.
function ownOrService(check: { OnUpdate?: string }, service: { OnUpdate?: string }): string {
  const own = check.OnUpdate ?? '';
  return own === '' || own === 'require_healthy' ? (service.OnUpdate ?? '') : own;
}
