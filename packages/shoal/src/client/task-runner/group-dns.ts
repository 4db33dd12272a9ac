import type { TaskDns } from '../drivers/driver.ts';
import { interpolate } from '../env/interpolate.ts';
import type { HookContext } from '../hooks/hook.ts';

/** The group's `network { dns {} }`, filled in. */
export function groupDns({ group, env: { variables } }: Pick<HookContext, 'group' | 'env'>): TaskDns | null {
  const dns = group.Networks?.[0]?.DNS ?? null;
  if (dns === null) return null;
  const fill = (texts: string[] | null) => (texts ?? []).map((text) => interpolate(text, variables));
  return { servers: fill(dns.Servers), searches: fill(dns.Searches), options: fill(dns.Options) };
}
