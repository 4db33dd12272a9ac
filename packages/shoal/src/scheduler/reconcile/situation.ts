import type { Job, Node, TaskGroup } from '@shoal/api';
import { isClientTerminal } from '../../state/alloc-view.ts';
import type { DeploymentRow } from '../../state/rows.ts';
import type { AllocEntry, JobEntry } from '../cluster/entries.ts';

/** Everything that reconciling looks at. */
export type Situation = {
  /** Undefined: the job was purged. */
  readonly job: Job | undefined;
  readonly jobModifyIndex: number;
  readonly entry: JobEntry | undefined;
  readonly evalId: string;
  /** Unix nanoseconds. */
  readonly now: number;
  readonly nodeOf: (slot: number) => Node | undefined;
  /** Of an older version than the job, or of an older job of the same name. */
  readonly isOlder: (alloc: AllocEntry) => boolean;
  /** The node still is one on which the group could be. */
  readonly acceptable: (group: TaskGroup, slot: number) => boolean;
  /** A running allocation cannot become one of the job as it is now: it must be replaced. */
  readonly mustReplace: (alloc: AllocEntry, group: TaskGroup) => boolean;
  /** How well an allocation of the group sits on its node, as things are now; -1 if it could not be placed there any more. */
  readonly scoreOf: (group: TaskGroup, alloc: AllocEntry) => number;
  /** The newest deployment of the job. */
  readonly deployment: DeploymentRow | undefined;
  readonly newId: () => string;
};

export function isTerminal(alloc: AllocEntry): boolean {
  return alloc.desired !== 'run' || isClientTerminal(alloc.client);
}
