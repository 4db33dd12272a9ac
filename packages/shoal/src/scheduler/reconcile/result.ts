import type { AllocEntry } from '../cluster/entries.ts';
import type { DeploymentPatch, DesiredUpdates, NewDeployment } from '../plan.ts';

/** What should be, against what is: what to stop, to place, and to change, before anybody looked for room. */
export type Reconciled = {
  readonly groups: readonly GroupChanges[];
  readonly newDeployment: NewDeployment | undefined;
  readonly deploymentPatches: readonly DeploymentPatch[];
};

export type GroupChanges = {
  readonly group: string;
  readonly stops: readonly Stop[];
  /** Before `places`: they free what they replace. */
  readonly replacements: readonly Placement[];
  readonly places: readonly Placement[];
  readonly inPlace: readonly AllocEntry[];
  /** Their node fell silent and may come back with them. */
  readonly unknown: readonly AllocEntry[];
  /** Their node is back, and they go on. */
  readonly returned: readonly AllocEntry[];
  /** To be looked at again later: what failed, and what is waited for. */
  readonly later: readonly Later[];
  readonly updates: DesiredUpdates;
};

export type Stop = { readonly alloc: AllocEntry; readonly description: string; readonly lost?: boolean };

/** `reschedule`: it is to be replaced then. `disconnect`: nobody waits any longer for its node. */
export type Later = { readonly alloc: AllocEntry; readonly at: number; readonly why: 'reschedule' | 'disconnect' };

/** `update` and `reschedule` stop what they replace when (and only if) they are placed. */
export type PlacementKind = 'new' | 'update' | 'reschedule' | 'lost' | 'migrate';

export type Placement = {
  readonly kind: PlacementKind;
  readonly name: string;
  readonly previous: AllocEntry | undefined;
  readonly canary: boolean;
  /** System jobs: the only node that will do. */
  readonly slot?: number;
};

export function noUpdates(): DesiredUpdates {
  return {
    Ignore: 0,
    Place: 0,
    Migrate: 0,
    Stop: 0,
    InPlaceUpdate: 0,
    DestructiveUpdate: 0,
    Canary: 0,
    Preemptions: 0,
  };
}
