import type { CheckStatus, ServiceEntry } from '@shoal/api';

/** An instance is as well as its worst check, those of its node among them. */
export function instanceStatus({ Checks }: Pick<ServiceEntry, 'Checks'>): CheckStatus {
  const all = Checks.map(({ Status }) => Status);
  if (all.includes('critical')) return 'critical';
  return all.includes('warning') ? 'warning' : 'passing';
}

export function instanceAddress({ Service, Node }: ServiceEntry): string {
  const host = Service.Address || Node.Address;
  const shown = host.includes(':') ? `[${host}]` : host;
  return Service.Port > 0 ? `${shown}:${Service.Port}` : shown;
}
