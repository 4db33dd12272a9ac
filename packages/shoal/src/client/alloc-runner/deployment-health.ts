import type { Allocation, Service, Task, TaskGroup, TaskState } from '@shoal/api';
import { messageOf } from '../errors.ts';
import type { AllocationUpdate } from '../server-connection.ts';
import { SERVICE_ID_PREFIX } from '../services/registrations.ts';
import { updateStatus } from '../services/service-health.ts';
import type { HealthRecord } from '../state-db.ts';
import type { TaskWorld } from '../task-runner/task-context.ts';
import { type HealthInput, type HealthPolicy, healthPolicy, migrationPolicy } from './health.ts';
import { type HealthWatch, watchHealth } from './health-watch.ts';
import { roleOf } from './lifecycle.ts';

/** Follows one allocation's health until there is a verdict, and keeps that. A deployment asks for it; without one, a drain may. */
export type DeploymentHealth = {
  report(): AllocationUpdate['deploymentHealthy'];
  /** Begins to watch if there is no verdict on the allocation, or none that its deployment can use. */
  follow(): void;
  /** A task's state has changed. */
  look(): void;
  stop(): Promise<void>;
};

export type DeploymentHealthInput = {
  subject: () => { allocation: Allocation; group: TaskGroup };
  states: () => Record<string, TaskState>;
  restored: HealthRecord | null;
  /** The verdict is there. `reason` is set if it is a bad one for a deployment. */
  onVerdict: (reason: string | undefined) => void;
};

export function createDeploymentHealth(input: DeploymentHealthInput, world: TaskWorld): DeploymentHealth {
  const { clock } = world;
  const { registrar, log } = world.services;
  let record = input.restored;
  let watching: { deploymentId: string; watch: HealthWatch; unsubscribe: () => void } | undefined;

  function keep(next: HealthRecord): void {
    record = next;
    const { ID } = input.subject().allocation;
    world.db
      .putHealth(ID, next)
      .catch((error) => log.error({ error: messageOf(error), alloc: ID }, 'health could not be kept'));
  }

  function follow(): void {
    const { allocation, group } = input.subject();
    const { DeploymentID: deploymentId = '', DeploymentStatus } = allocation;
    if (watching?.deploymentId === deploymentId) return;
    void end();
    const policy = policyOf(allocation, group);
    if (policy === undefined) return;
    // A new deployment judges anew, also what runs on unchanged. What was said in this one stands, even if it is forgotten here.
    const healthy = DeploymentStatus?.Healthy ?? null;
    if (record?.deploymentId !== deploymentId) keep({ deploymentId, since: clock.now(), healthy });
    if (record?.healthy === null) begin(deploymentId, policy, record);
  }

  function begin(deploymentId: string, policy: HealthPolicy, open: HealthRecord): void {
    const prefix = `${SERVICE_ID_PREFIX}${input.subject().allocation.ID}-`;
    const watch = watchHealth({
      clock,
      since: open.since,
      observe: () => observe(policy, prefix),
      verdict: (judgement) => {
        forget();
        keep({ ...open, healthy: judgement.kind === 'healthy' });
        const isBad = judgement.kind === 'unhealthy' && deploymentId !== '';
        input.onVerdict(isBad ? judgement.reason : undefined);
      },
    });
    const unsubscribe = registrar.onStatusChange((id) => id.startsWith(prefix) && watch.look());
    watching = { deploymentId, watch, unsubscribe };
  }

  function forget(): HealthWatch | undefined {
    const last = watching;
    watching = undefined;
    last?.unsubscribe();
    return last?.watch;
  }

  function observe(policy: HealthPolicy, prefix: string): Omit<HealthInput, 'since' | 'well' | 'now'> {
    const tasks = input.subject().group.Tasks ?? [];
    const blocks = serviceBlocks(input.subject().group, tasks);
    const known = registrar.owned().filter((id) => id.startsWith(prefix));
    const missing = Math.max(0, blocks.length - known.length);
    const services = [
      ...known.map((id) => updateStatus(registrar, id, blocks)),
      ...Array<undefined>(missing).fill(undefined),
    ];
    return { policy, tasks, states: input.states(), services };
  }

  async function end(): Promise<void> {
    await forget()?.stop();
  }

  return {
    report() {
      if (record === null || record.healthy === null) return null;
      if (record.deploymentId !== (input.subject().allocation.DeploymentID ?? '')) return null;
      return { healthy: record.healthy, deploymentId: record.deploymentId };
    },
    follow,
    look: () => watching?.watch.look(),
    stop: end,
  };
}

function policyOf({ DeploymentID = '', Job }: Allocation, group: TaskGroup): HealthPolicy | undefined {
  if (DeploymentID !== '') return healthPolicy(group.Update);
  return Job?.Type === 'service' ? migrationPolicy(group.Migrate) : undefined;
}

function serviceBlocks(group: TaskGroup, tasks: readonly Task[]): Service[] {
  const own = tasks.filter((task) => roleOf(task) !== 'poststop').flatMap((task) => task.Services ?? []);
  return [...own, ...(group.Services ?? [])];
}
