import type { Registrar, ServiceRegistration } from './registrar.ts';

/** A registry in memory, for tests: what is registered, what happened in which order, and statuses that are set by hand. */
export type MemoryRegistrar = Registrar & {
  services: Map<string, ServiceRegistration>;
  /** `+id` and `-id`. */
  history: string[];
  setStatus(serviceId: string, status: 'passing' | 'warning' | 'critical'): void;
};

export function memoryRegistrar(): MemoryRegistrar {
  const services = new Map<string, ServiceRegistration>();
  const statuses = new Map<string, 'passing' | 'warning' | 'critical'>();
  const listeners = new Set<(serviceId: string) => void>();
  const history: string[] = [];
  const tell = (id: string) => {
    for (const listener of listeners) listener(id);
  };
  return {
    services,
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
