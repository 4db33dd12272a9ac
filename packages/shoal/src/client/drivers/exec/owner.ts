import { allowedOwner, type TaskOwner } from '../denied.ts';
import type { ExecSettings } from './settings.ts';

export const DEFAULT_USER = 'nobody';

/** A user of this machine with all its groups. Throws `DriverError` for one that is unknown, or that the operator denies. */
export function ownerOf(user: string, settings: ExecSettings): Promise<TaskOwner> {
  return allowedOwner(user === '' ? DEFAULT_USER : user, settings);
}
