import { Readable } from 'node:stream';
import { readSnapshot, type Snapshot } from '../catalog/snapshot/format.ts';
import { readBytes } from './read-text.ts';

/** Throws CommandError when it cannot be read, and SnapshotError unless it is whole. */
export async function readSnapshotFile(path: string): Promise<Snapshot> {
  return readSnapshot(Readable.from([await readBytes(path)]));
}
