import type { CheckDefinition, CheckRun, ServiceDefinition } from '../../src/catalog/registry/definitions.ts';

export function aService(given: Partial<ServiceDefinition> = {}): ServiceDefinition {
  const id = given.id ?? 'web';
  const place = { address: '', port: 80, taggedAddresses: {}, weights: { Passing: 1, Warning: 1 } };
  return { id, name: id, kind: '', tags: [], meta: {}, enableTagOverride: false, ...place, ...given };
}

export function aCheck(given: Partial<CheckDefinition> & { run?: CheckRun } = {}): CheckDefinition {
  const thresholds = { successBeforePassing: 0, failuresBeforeCritical: 0, deregisterAfterMs: 0 };
  const run = { kind: 'ttl', ttlMs: 60_000 } as const;
  return { id: 'c', name: 'c', notes: '', serviceId: '', initialStatus: 'critical', run, ...thresholds, ...given };
}
