import type {
  AllocatedPort,
  AllocClientStatus,
  AllocDesiredStatus,
  DesiredTransition,
  Job,
  RescheduleTracker,
  TaskGroup,
} from '@shoal/api';
import { verdictFor } from '../../state/alloc-view.ts';
import type { DeploymentRow, HealthVerdict } from '../../state/rows.ts';
import type { Use } from './nodes.ts';

/** A job and all that is known of it. It outlives its row while allocations, versions or deployments are left. */
export type JobEntry = {
  readonly key: string;
  readonly namespace: string;
  readonly id: string;
  row: Stored<Job> | undefined;
  readonly versions: Map<number, VersionEntry>;
  readonly allocs: Set<AllocEntry>;
  readonly deployments: Map<string, Stored<DeploymentRow>>;
};

export type Stored<Row> = { readonly row: Row; readonly createIndex: number; readonly modifyIndex: number };

/** One version of a job. */
export type VersionEntry = {
  readonly modifyIndex: number;
  readonly job: Job;
  readonly groups: ReadonlyMap<string, GroupEntry>;
};

export type GroupEntry = {
  readonly group: TaskGroup;
  readonly shape: Use;
  /** What it asks, as texts: kept by whoever looks for others that ask the same (`planning/rankings.ts`). */
  keys?: { readonly criteria: string; readonly ask: string };
};

/** The scheduler's view of an allocation: small, since there may be a million, and mutable: only `Cluster` writes it. */
export type AllocEntry = {
  readonly id: string;
  readonly job: JobEntry;
  readonly group: string;
  readonly name: string;
  /** The number in its name. */
  readonly index: number;
  readonly slot: number;
  version: number;
  desired: AllocDesiredStatus;
  /** A server's word for a client that cannot be asked. */
  stated: 'lost' | 'unknown' | undefined;
  /** Since when it stands, Unix nanoseconds; 0 if it does not. */
  statedAt: number;
  reported: AllocClientStatus;
  /** The two together. */
  client: AllocClientStatus;
  createIndex: number;
  modifyIndex: number;
  statusIndex: number;
  /** Unix nanoseconds. */
  modifyTime: number;
  /** Since when its tasks have run without a break, as far as is known, Unix nanoseconds. */
  startedAt: number;
  /** When its last task ended, Unix nanoseconds; 0 if none did. */
  finishedAt: number;
  deploymentId: string;
  canary: boolean;
  reportedHealth: HealthVerdict | undefined;
  manualHealth: HealthVerdict | undefined;
  previous: string;
  next: string;
  followUp: string;
  transition: DesiredTransition | undefined;
  tracker: RescheduleTracker | null;
  readonly ports: readonly AllocatedPort[];
  /** Undefined while its job's version is not known. */
  shape: Use | undefined;
  /** Its shape and ports are counted on its node. */
  counted: boolean;
};

export function isHealthy(alloc: AllocEntry): boolean | undefined {
  return verdictFor(alloc.deploymentId, alloc.manualHealth, alloc.reportedHealth)?.Healthy;
}
