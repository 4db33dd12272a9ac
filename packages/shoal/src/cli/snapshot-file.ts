import { createReadStream } from 'node:fs';
import { readSnapshot, type Snapshot } from '../catalog/snapshot/format.ts';

/** Throws SnapshotError unless it is whole. */
export function readSnapshotFile(path: string): Promise<Snapshot> {
  return readSnapshot(createReadStream(path));
}
