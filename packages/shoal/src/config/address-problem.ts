import type { Diagnostic } from '@shoal/hcl';
import type { Setting } from './settings.ts';

/** What is wrong with the address of a setting (an error), or what it waits for (a warning). */
export function addressProblem(
  severity: Diagnostic['severity'],
  origin: Setting,
  detail: string,
  remedy: string | undefined,
): Diagnostic {
  return {
    severity,
    summary: severity === 'error' ? `${origin.key} is no address` : `${origin.key} waits for an address`,
    detail,
    ...(origin.range !== undefined && { range: origin.range }),
    ...(remedy !== undefined && { remedy }),
  };
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
