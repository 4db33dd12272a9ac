import type { TaskGroup } from '@shoal/api';

/**
 * The network of a group's allocations (https://developer.hashicorp.com/nomad/docs/job-specification/network#mode): `bridge`, `none` or `cni/NAME` for
 * one of their own, undefined for the machine's.
 */
export function ownNetworkMode(group: Pick<TaskGroup, 'Networks'>): string | undefined {
  const mode = group.Networks?.[0]?.Mode ?? '';
  return mode === '' || mode === 'host' ? undefined : mode;
}

/** The NAME in `cni/NAME`. */
export function cniName(mode: string): string | undefined {
  return mode.startsWith('cni/') ? mode.slice('cni/'.length) : undefined;
}
