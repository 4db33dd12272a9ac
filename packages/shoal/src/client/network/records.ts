import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attachment } from './cni/attachment.ts';
import type { CniResult } from './cni/result.ts';

/** What has to be known of an allocation's network to take it up again, or down, after the agent was killed at any point. */
export type NetworkRecord = {
  readonly version: 1;
  readonly allocId: string;
  readonly mode: string;
  readonly namespace: string;
  readonly hostname: string;
  /** Null with `mode = "none"`. */
  readonly attachment: Attachment | null;
  /** Its plugins complain when they are asked to check, though they have just made it. */
  readonly isUncheckable?: boolean;
  /** Undefined while it is being made. */
  readonly result?: CniResult;
};

/** One folder for each allocation: the record, and the files that its tasks find in /etc. */
export type NetworkRecords = {
  all(): Promise<NetworkRecord[]>;
  /** Durable enough for a kill: what is there after it is the old record or the new one. */
  put(record: NetworkRecord): Promise<void>;
  remove(allocId: string): Promise<void>;
  /** The files of an allocation. */
  file(allocId: string, name: 'resolv.conf' | 'hosts'): string;
};

const RECORD = 'network.json';

export function networkRecords(folder: string): NetworkRecords {
  const place = (allocId: string, name: string) => join(folder, allocId, name);

  async function read(allocId: string): Promise<NetworkRecord[]> {
    try {
      return [JSON.parse(await readFile(place(allocId, RECORD), 'utf8')) as NetworkRecord];
    } catch {
      // Killed before the first record was there: nothing was made yet.
      await rm(join(folder, allocId), { recursive: true, force: true });
      return [];
    }
  }

  return {
    async all() {
      const ids = await readdir(folder).catch(() => []);
      return (await Promise.all(ids.map(read))).flat();
    },
    async put(record) {
      await mkdir(join(folder, record.allocId), { recursive: true, mode: 0o711 });
      const file = place(record.allocId, RECORD);
      await writeFile(`${file}.new`, JSON.stringify(record), { mode: 0o600, flush: true });
      await rename(`${file}.new`, file);
    },
    remove: (allocId) => rm(join(folder, allocId), { recursive: true, force: true }),
    file: place,
  };
}
