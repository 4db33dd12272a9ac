import type { Affinity, Job, NetworkResource, Node, TaskGroup } from '@shoal/api';
import type { GroupEntry } from '../cluster/entries.ts';
import type { Use } from '../cluster/nodes.ts';
import { reachOf } from '../feasible/datacenters.ts';
import { Feasibility } from '../feasible/feasibility.ts';
import { groupChecks } from '../feasible/group-checks.ts';
import { constraintCheck } from '../feasible/operators.ts';
import type { Criteria } from './candidates.ts';
import { spreadsOf } from './spread.ts';

/** How much a group asks of a node. */
export type Ask = {
  readonly shape: Use;
  readonly staticPorts: readonly { readonly label: string; readonly port: number; readonly network: string }[];
  /** How many, by host network. */
  readonly dynamicPorts: ReadonlyMap<string, number>;
  /** Attributes over which its allocations are spread. */
  readonly spreadOver: readonly string[];
};

export function criteriaOf(job: Job, { group }: GroupEntry): Criteria {
  return {
    reach: reachOf(job),
    feasibility: new Feasibility(groupChecks(job, group)),
    affinity: affinityOf(affinitiesOf(job, group)),
  };
}

export function askOf(job: Job, { group, shape }: GroupEntry): Ask {
  const networks = allNetworks(group);
  return {
    shape,
    staticPorts: networks.flatMap(({ ReservedPorts }) =>
      (ReservedPorts ?? []).map(({ Label, Value, HostNetwork }) => ({
        label: Label,
        port: Value,
        network: HostNetwork,
      })),
    ),
    dynamicPorts: countByNetwork(networks),
    spreadOver: spreadsOf(job, group).map((spread) => spread.Attribute),
  };
}

/** Equal for groups whose criteria are, and for groups whose asks are. */
export function keysOf(job: Job, { group, shape }: GroupEntry): { readonly criteria: string; readonly ask: string } {
  const networks = allNetworks(group);
  const criteria = JSON.stringify([
    job.Datacenters,
    job.NodePool,
    job.Constraints,
    group.Constraints,
    group.Volumes,
    networks.map((each) => [
      each.Mode,
      [...(each.ReservedPorts ?? []), ...(each.DynamicPorts ?? [])].map((port) => port.HostNetwork),
    ]),
    (group.Tasks ?? []).map((task) => [task.Driver, task.Constraints]),
    affinitiesOf(job, group),
  ]);
  const ports = networks.map((each) => [each.ReservedPorts, each.DynamicPorts?.map((port) => port.HostNetwork)]);
  const spreads = spreadsOf(job, group).map((spread) => spread.Attribute);
  return { criteria, ask: JSON.stringify([shape.cpu, shape.memory, shape.disk, ports, spreads]) };
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
