import type { DnsSettings } from './settings.ts';
import type { ViewInstance } from './view.ts';

/** Whether an answer may hold the instance: by its health, and the tag that was asked for (empty: any). */
export function isShown(instance: ViewInstance, tag: string, settings: DnsSettings): boolean {
  if (instance.health === 'critical' || (settings.onlyPassing && instance.health !== 'passing')) return false;
  return tag === '' || instance.tags.some((one) => one.toLowerCase() === tag);
}
