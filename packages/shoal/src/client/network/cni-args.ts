import type { Allocation, TaskGroup } from '@shoal/api';

/**
 * `CNI_ARGS`: what plugins are told of the allocation (https://developer.hashicorp.com/nomad/docs/job-networking/cni), and the group's own
 * `network { cni { args = {} } }`. A value with a ";" cannot be told and is left out.
 */
export function cniArgs(allocation: Allocation, group: TaskGroup, fill: (text: string) => string): string {
  const own = Object.entries(group.Networks?.[0]?.CNI?.Args ?? {}).map(([key, value]) => [key, fill(value)]);
  const pairs = [
    // Plugins refuse what they do not know, unless this comes first.
    ['IgnoreUnknown', 'true'],
    ['NOMAD_REGION', allocation.Job?.Region ?? 'global'],
    ['NOMAD_NAMESPACE', allocation.Namespace],
    ['NOMAD_JOB_ID', allocation.JobID],
    ['NOMAD_GROUP_NAME', allocation.TaskGroup],
    ['NOMAD_ALLOC_ID', allocation.ID],
    ...own,
  ];
  return pairs
    .filter(([key, value]) => !`${key}${value}`.includes(';'))
    .map(([key, value]) => `${key}=${value}`)
    .join(';');
}
