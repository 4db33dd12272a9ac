import type { ScalingPolicyStub } from '@shoal/api';

/** What a policy scales: `Namespace:default,Job:web,Group:front`. */
export function targetText({ Target }: Pick<ScalingPolicyStub, 'Target'>): string {
  return Object.entries(Target ?? {})
    .map(([name, value]) => `${name}:${value}`)
    .join(',');
}
