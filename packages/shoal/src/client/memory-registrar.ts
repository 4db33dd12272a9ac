import type { RegisteredStatus, Registrar, ServiceRegistration } from './registrar.ts';

/** A registry in memory, for tests: what is registered, what happened in which order, and statuses that are set by hand. */
export type MemoryRegistrar = Registrar & {
  services: Map<string, ServiceRegistration>;
  /** `+id` and `-id`. */
  history: string[];
  setStatus(serviceId: string, status: RegisteredStatus): void;
  /** The status of one check; by itself it has none, and counts as critical. */
  setCheck(checkId: string, status: RegisteredStatus): void;
  /** `id status output`, in order. */
  reports: string[];
};

export function memoryRegistrar(): MemoryRegistrar {
  const services = new Map<string, ServiceRegistration>();
  const statuses = new Map<string, RegisteredStatus>();
  const checks = new Map<string, RegisteredStatus>();
  const reports: string[] = [];
  const listeners = new Set<(serviceId: string) => void>();
  const history: string[] = [];
  const tell = (id: string) => {
    for (const listener of listeners) listener(id);
  };
  const ownerOf = (checkId: string) =>
    [...services.values()].find((service) => service.checks.some(({ id }) => id === checkId));
  return {
    services,
    reports,
    history,
    async register(service) {
      services.set(service.id, service);
      history.push(`+${service.id}`);
      tell(service.id);
    },
    async deregister(id) {
      if (services.delete(id)) history.push(`-${id}`);
      tell(id);
    },
    owned: () => [...services.keys()],
    status(id) {
      const service = services.get(id);
      if (service === undefined) return undefined;
      return statuses.get(id) ?? (service.checks.length === 0 ? 'passing' : 'critical');
    },
    checks(serviceId) {
      const service = services.get(serviceId);
      return (service?.checks ?? []).map(({ id, name }) => ({
        ...{ id, name, serviceName: service?.name ?? '', output: '', ranAt: undefined },
        status: checks.get(id) ?? statuses.get(serviceId) ?? 'critical',
      }));
    },
    setCheck(checkId, status) {
      checks.set(checkId, status);
      tell(ownerOf(checkId)?.id ?? '');
    },
    report(checkId, status, output) {
      const owner = ownerOf(checkId);
      if (owner === undefined) return false;
      reports.push(`${checkId} ${status} ${output}`);
      checks.set(checkId, status);
      tell(owner.id);
      return true;
    },
    setStatus(id, status) {
      statuses.set(id, status);
      tell(id);
    },
    onStatusChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
