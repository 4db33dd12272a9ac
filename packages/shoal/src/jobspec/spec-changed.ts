import { isDeepStrictEqual } from 'node:util';
import type { Job } from '@shoal/api';

/** What servers write into a job; a user's change is a change of anything else. */
const SERVERS_OWN = [
  'Status',
  'StatusDescription',
  'Stable',
  'Version',
  'SubmitTime',
  'CreateIndex',
  'ModifyIndex',
  'JobModifyIndex',
  'NomadTokenID',
  'ConsulToken',
  'VaultToken',
  'VersionTag',
];

/** Whether registering `after` over `before` makes a new version. Both are as stored (`toStored`). */
export function specChanged(before: Job, after: Job): boolean {
  return !isDeepStrictEqual(usersOwn(before), usersOwn(after));
}

/** Absent and `undefined` members are the same. */
function usersOwn(job: Job): Record<string, unknown> {
  const kept = Object.entries(job).filter(([name, value]) => value !== undefined && !SERVERS_OWN.includes(name));
  return Object.fromEntries(kept);
}
