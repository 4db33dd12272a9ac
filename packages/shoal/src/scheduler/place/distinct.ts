import type { Constraint, Job, TaskGroup } from '@shoal/api';
import { NO_VALUE, type Properties, type Property } from './properties.ts';

/** Rules about where a job's allocations are with respect to each other (`distinct_hosts`, `distinct_property`). */
export type Distinct = {
  /** Why nothing more of the group may go to this node, or ''. */
  refusal(slot: number): string;
  /** An allocation of the job came to (`by` 1) or left (-1) a node. True: other nodes may be refused, or allowed, by it. */
  count(slot: number, group: string, by: 1 | -1): boolean;
  /** It may refuse nodes on which the job has nothing. */
  readonly reachesOthers: boolean;
};

export function distinctRules(job: Job, group: TaskGroup, properties: Properties): Distinct[] {
  const tasks = (group.Tasks ?? []).flatMap((task) => task.Constraints ?? []);
  return [
    ...(job.Constraints ?? []).flatMap((each) => ruleOf(each, undefined, properties)),
    ...[...(group.Constraints ?? []), ...tasks].flatMap((each) => ruleOf(each, group.Name, properties)),
  ];
}

/** `scope`: only allocations of this group count. */
function ruleOf(constraint: Constraint, scope: string | undefined, properties: Properties): Distinct[] {
  if (constraint.Operand === 'distinct_hosts') return constraint.RTarget === 'false' ? [] : [distinctHosts(scope)];
  if (constraint.Operand === 'distinct_property')
    return [distinctProperty(constraint, scope, properties.of(constraint.LTarget))];
  return [];
}

function distinctHosts(scope: string | undefined): Distinct {
  const counts = new Map<number, number>();
  return {
    reachesOthers: false,
    refusal: (slot) => ((counts.get(slot) ?? 0) > 0 ? 'distinct_hosts' : ''),
    count(slot, group, by) {
      if (scope === undefined || scope === group) counts.set(slot, (counts.get(slot) ?? 0) + by);
      return false;
    },
  };
}

/** At most RTarget (default 1) allocations for each value of the property. */
function distinctProperty({ LTarget, RTarget }: Constraint, scope: string | undefined, property: Property): Distinct {
  const counts = new Map<number, number>();
  const allowed = Number.parseInt(RTarget, 10) || 1;
  return {
    reachesOthers: true,
    refusal(slot) {
      const value = property.of(slot);
      if (value === NO_VALUE) return `missing property "${LTarget}"`;
      const used = counts.get(value) ?? 0;
      return used < allowed ? '' : `distinct_property: ${LTarget}=${property.values[value]} used by ${used} allocs`;
    },
    count(slot, group, by) {
      if (scope !== undefined && scope !== group) return false;
      const value = property.of(slot);
      const before = counts.get(value) ?? 0;
      counts.set(value, before + by);
      return before < allowed !== before + by < allowed;
    },
  };
}
