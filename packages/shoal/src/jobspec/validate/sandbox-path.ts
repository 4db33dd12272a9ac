import { posix } from 'node:path';

/** Whether `path`, seen from a task's directory, lies outside its allocation's directory (which is the parent of it). */
export function escapesAllocation(path: string): boolean {
  const resolved = posix.normalize(posix.join('task', path));
  return resolved === '..' || resolved.startsWith('../');
}
