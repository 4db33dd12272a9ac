import type { Affinity, Job, NetworkResource, Node, TaskGroup } from '@shoal/api';
import type { GroupEntry } from '../cluster/entries.ts';
import type { Use } from '../cluster/nodes.ts';
import { type Reach, reachOf } from '../feasible/datacenters.ts';
import { Feasibility } from '../feasible/feasibility.ts';
import { groupChecks } from '../feasible/group-checks.ts';
import { constraintCheck } from '../feasible/operators.ts';

/** What a group asks of a node, apart from where its allocations are. Groups that ask the same share what is known of the nodes. */
export type Ask = {
  readonly reach: Reach;
  readonly feasibility: Feasibility;
  readonly shape: Use;
  readonly staticPorts: readonly { readonly label: string; readonly port: number; readonly network: string }[];
  /** How many, by host network. */
  readonly dynamicPorts: ReadonlyMap<string, number>;
  /** -1 to 1; 0 without affinities. */
  readonly affinity: ((node: Node) => number) | undefined;
};

export function askOf(job: Job, { group, shape }: GroupEntry): Ask {
  const networks = allNetworks(group);
  return {
    reach: reachOf(job),
    feasibility: new Feasibility(groupChecks(job, group)),
    shape,
    staticPorts: networks.flatMap(({ ReservedPorts }) =>
      (ReservedPorts ?? []).map(({ Label, Value, HostNetwork }) => ({
        label: Label,
        port: Value,
        network: HostNetwork,
      })),
    ),
    dynamicPorts: countByNetwork(networks),
    affinity: affinityOf(affinitiesOf(job, group)),
  };
}

/** Equal for groups whose asks are equal. */
export function askKey(job: Job, { group, shape }: GroupEntry): string {
  return JSON.stringify([
    job.Datacenters,
    job.NodePool,
    job.Constraints,
    shape,
    group.Constraints,
    group.Volumes,
    allNetworks(group).map((each) => [
      each.Mode,
      each.ReservedPorts,
      each.DynamicPorts?.map((port) => port.HostNetwork),
    ]),
    (group.Tasks ?? []).map((task) => [task.Driver, task.Constraints]),
    affinitiesOf(job, group),
  ]);
}

/** The group's, and (old style) the tasks' own. */
export function allNetworks(group: TaskGroup): NetworkResource[] {
  const own = (group.Tasks ?? []).flatMap((task) => task.Resources.Networks ?? []);
  return [...(group.Networks ?? []), ...own];
}

function countByNetwork(networks: readonly NetworkResource[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { DynamicPorts } of networks)
    for (const { HostNetwork } of DynamicPorts ?? []) counts.set(HostNetwork, (counts.get(HostNetwork) ?? 0) + 1);
  return counts;
}

function affinitiesOf(job: Job, group: TaskGroup): Affinity[] {
  const tasks = (group.Tasks ?? []).flatMap((task) => task.Affinities ?? []);
  return [...(job.Affinities ?? []), ...(group.Affinities ?? []), ...tasks];
}

/** Weights of those that hold, over all weights (job specification, `affinity`). */
function affinityOf(affinities: readonly Affinity[]): ((node: Node) => number) | undefined {
  const total = affinities.reduce((sum, each) => sum + Math.abs(each.Weight), 0);
  if (total === 0) return undefined;
  const weighted = affinities.map((each) => ({ check: constraintCheck(each), weight: each.Weight / total }));
  return (node) => weighted.reduce((sum, { check, weight }) => sum + (check.passes(node) ? weight : 0), 0);
}
