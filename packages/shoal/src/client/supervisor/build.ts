import { statSync } from 'node:fs';

/** Names one state of a program file, without reading it; "" if it is gone. Differs after an upgrade. */
export function buildOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.size}-${stat.mtimeMs}`;
}
