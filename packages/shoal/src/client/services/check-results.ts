import type { Allocation, NomadCheck, Service } from '@shoal/api';
import type { RegisteredCheck, Registrar } from '../registrar.ts';
import { checkId } from './checks.ts';
import { allocationOfService } from './registrations.ts';

/** The last results of the checks of an allocation's services with `provider = "nomad"`, by the checks' ids. */
export function checkResults(
  allocation: Allocation,
  registrar: Pick<Registrar, 'owned' | 'checks'>,
): Record<string, NomadCheck> {
  const registered = registrar.owned().filter((id) => allocationOfService(id) === allocation.ID);
  const results = nativeServices(allocation).flatMap(({ service, task }) =>
    registered.flatMap((serviceId) => resultsOf({ service, task, serviceId, allocation, registrar })),
  );
  return Object.fromEntries(results.map((result) => [result.ID, result]));
}

type Owned = { readonly service: Service; readonly task: string };

function nativeServices({ Job, TaskGroup }: Allocation): Owned[] {
  const group = Job?.TaskGroups?.find(({ Name }) => Name === TaskGroup);
  const ofGroup = (group?.Services ?? []).map((service) => ({ service, task: '' }));
  const ofTasks = (group?.Tasks ?? []).flatMap(({ Name, Services }) =>
    (Services ?? []).map((service) => ({ service, task: Name })),
  );
  return [...ofGroup, ...ofTasks].filter(({ service }) => service.Provider === 'nomad');
}

type Input = Owned & {
  readonly serviceId: string;
  readonly allocation: Allocation;
  readonly registrar: Pick<Registrar, 'checks'>;
};

function resultsOf({ service, task, serviceId, allocation, registrar }: Input): NomadCheck[] {
  const known = registrar.checks(serviceId);
  return (service.Checks ?? []).flatMap((check) => {
    const found = known.find(({ id }) => id === checkId(serviceId, check));
    if (found === undefined) return [];
    const Mode = (check.OnUpdate || service.OnUpdate) === 'ignore' ? 'readiness' : 'healthiness';
    return [{ ...resultOf(found), Mode, Group: allocation.Name, Task: task } as const];
  });
}

function resultOf({ id, name, serviceName, status, output, ranAt }: RegisteredCheck) {
  const isPending = ranAt === undefined && output === '';
  return {
    ID: id,
    Check: name,
    Service: serviceName,
    Status: isPending ? 'pending' : status === 'critical' ? 'failure' : 'success',
    StatusCode: Number(/^HTTP [A-Z]+ \S+: (\d{3}) /.exec(output)?.[1] ?? 0),
    Output: output,
    Timestamp: Math.floor((ranAt ?? 0) / 1000),
  } as const;
}
