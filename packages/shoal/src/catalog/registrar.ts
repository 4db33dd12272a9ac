import { setTimeout as delay } from 'node:timers/promises';
import type { CheckRegistration, Registrar, ServiceRegistration } from '../client/registrar.ts';
import { worstStatus } from './health.ts';
import type { CheckDefinition, CheckRun, RegisteredCheck, ServiceDefinition } from './registry/definitions.ts';
import type { Registry } from './registry/registry.ts';
import type { CatalogSync } from './sync.ts';

/** Ids of instances that belong to tasks, as Nomad names them. */
export const TASK_PREFIX = '_nomad-task-';
const DEREGISTER_TIMEOUT_MS = 5_000;

/** The task runner's way into the registry. */
export function createRegistrar(registry: Registry, sync: CatalogSync): Registrar {
  return {
    async register(service) {
      const checks = service.checks.map((check) => checkDefinition(service.id, check));
      await inMemory(registry.registerService(serviceDefinition(service), checks, { replaceChecks: true }));
      await sync.flush();
    },
    async deregister(serviceId, timeoutMs = DEREGISTER_TIMEOUT_MS) {
      const gone = inMemory(registry.deregisterService(serviceId)).then(() => sync.flush());
      const over = new AbortController();
      try {
        await Promise.race([gone, delay(timeoutMs, undefined, { signal: over.signal })]);
      } finally {
        over.abort();
      }
    },
    owned: () => [...registry.services.keys()].filter((id) => id.startsWith(TASK_PREFIX)),
    status: (serviceId) => (registry.services.has(serviceId) ? statusOf(registry.checksOf(serviceId)) : undefined),
    checks: (serviceId) =>
      registry.checksOf(serviceId).map(({ definition: { id, name }, status, output }) => ({
        ...{ id, name, status, output, ranAt: registry.ranAt(id) },
        serviceName: registry.services.get(serviceId)?.name ?? '',
      })),
    report(checkId, status, output) {
      if (registry.checks.get(checkId)?.definition.run.kind !== 'ttl') return false;
      registry.updateTtl(checkId, status, output);
      return true;
    },
    onStatusChange: (listener) =>
      registry.onChange(({ kind, id }) => {
        const serviceId = kind === 'service' ? id : registry.checks.get(id)?.definition.serviceId;
        if (serviceId?.startsWith(TASK_PREFIX)) listener(serviceId);
      }),
  };
}

/**
 * A change that could not be saved holds all the same, and the catalog learns of it. After a crash the task runner compares `owned` with its tasks
 * and registers again: a full disk must not keep a task from running.
 */
function inMemory(change: Promise<void>): Promise<void> {
  return change.catch(() => undefined);
}

function statusOf(checks: RegisteredCheck[]) {
  return worstStatus(checks.map(({ status }) => ({ Status: status })));
}

function serviceDefinition(given: ServiceRegistration): ServiceDefinition {
  const { id, name, tags, meta, address, port, taggedAddresses, weights, enableTagOverride, nomadAllocId } = given;
  return {
    ...{ id, name, kind: '', tags, meta, address, port, taggedAddresses, weights, enableTagOverride },
    ...(nomadAllocId !== undefined && { nomadAllocId }),
  };
}

function checkDefinition(serviceId: string, given: CheckRegistration): CheckDefinition {
  return {
    id: given.id,
    name: given.name,
    notes: given.notes,
    serviceId,
    initialStatus: given.initialStatus || 'critical',
    successBeforePassing: given.successBeforePassing,
    failuresBeforeCritical: given.failuresBeforeCritical,
    ...(given.failuresBeforeWarning > 0 && { failuresBeforeWarning: given.failuresBeforeWarning }),
    deregisterAfterMs: 0,
    run: checkRun(given),
  };
}

function checkRun(given: CheckRegistration): CheckRun {
  const { target, method, headers, body, tls, intervalMs, timeoutMs } = given;
  const trust = {
    tlsSkipVerify: given.tlsSkipVerify,
    ...(given.tlsServerName !== '' && { tlsServerName: given.tlsServerName }),
  };
  switch (given.type) {
    case 'http':
      return {
        kind: 'http',
        url: target,
        method: method || 'GET',
        headers,
        body,
        ...trust,
        intervalMs,
        timeoutMs,
      };
    case 'tcp':
      return { kind: 'tcp', address: target, intervalMs, timeoutMs };
    case 'grpc':
      return { kind: 'grpc', address: target, service: given.grpcService, tls, ...trust, intervalMs, timeoutMs };
    case 'ttl':
      return { kind: 'ttl', ttlMs: intervalMs };
  }
}
