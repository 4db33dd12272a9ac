import type { DriverInfo } from '@shoal/api';
import { type Hierarchies, mayMakeGroups, missingControllers } from './cgroups.ts';
import type { Programs } from './runtime.ts';

/** What of the machine decides whether tasks can be isolated on it. */
export type Surroundings = {
  platform: string;
  uid: number | undefined;
  hierarchies(): Hierarchies;
  /** The place of a program. */
  find(program: string): string | undefined;
};

export type Found = { info: DriverInfo; programs: Programs | undefined };

/** Not detected, with the reason, where something is missing. */
export function takeFingerprint({ platform, uid, hierarchies, find }: Surroundings): Found {
  const runc = find('runc');
  const conmon = find('conmon');
  const programs = runc === undefined || conmon === undefined ? undefined : { runc, conmon };
  const reason = (): string | undefined => {
    if (platform !== 'linux') return 'isolation needs Linux';
    if (uid !== 0) return 'the agent must run as root to isolate tasks';
    const missing = [runc === undefined ? 'runc' : [], conmon === undefined ? 'conmon' : []].flat();
    if (missing.length > 0) return `not on this machine: ${missing.join(', ')} (packages of the same name)`;
    const controllers = missingControllers(hierarchies());
    if (controllers.length > 0) return `control groups lack these controllers: ${controllers.join(', ')}`;
    if (!mayMakeGroups(hierarchies())) return 'control groups may be read here, and not written';
    return undefined;
  };
  const why = reason();
  const ready = why === undefined;
  const info: DriverInfo = {
    Attributes: ready ? { 'driver.exec': '1' } : {},
    Detected: ready,
    Healthy: ready,
    HealthDescription: why ?? 'Healthy',
    UpdateTime: new Date().toISOString(),
  };
  return { info, programs: ready ? programs : undefined };
}
