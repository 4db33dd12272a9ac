import type { ExitResult } from '../drivers/driver.ts';
import { createAdoptedWatch } from './adopted.ts';
import type { Ending } from './ending.ts';
import { type Entry, newEntry, unseen } from './entry.ts';
import { reopenOutput } from './output.ts';
import { isAlive } from './proc.ts';
import type { TaskRecord } from './records.ts';

export type AdoptionDeps = {
  boot: string;
  ending: Ending;
  save(record: TaskRecord): Promise<void>;
  forget(id: string): Promise<void>;
  log(message: string): void;
};

export type Adopted = {
  entries: Entry[];
  /**
   * Resolves when nothing is left of starts that were interrupted. They are found by the allocation's id, and so would be a task that starts
   * meanwhile.
   */
  cleaned: Promise<void>;
};

/** Goes on from the records that an earlier supervisor left. */
export function adoptAll(records: TaskRecord[], deps: AdoptionDeps): Adopted {
  const watch = createAdoptedWatch();
  const isHere = ({ bootId }: TaskRecord): boolean => bootId === deps.boot;

  const adopt = (record: TaskRecord): Entry => {
    const entry = newEntry(record);
    if (record.phase === 'ended') entry.ended = Promise.resolve(record.exit ?? unseen('its end was not recorded'));
    else if (!isHere(record)) entry.ended = endAfterRestart(record);
    else if (isAlive(record.pid, record.startTicks)) entry.ended = endWatched(entry);
    else entry.ended = endUnwatched(entry);
    return entry;
  };
  const endAfterRestart = async (record: TaskRecord): Promise<ExitResult> => {
    record.exit ??= unseen('the machine was restarted');
    record.phase = 'ended';
    await deps.save(record);
    return record.exit;
  };
  const endWatched = async (entry: Entry): Promise<ExitResult> => {
    const { record } = entry;
    deps.log(`${record.id}: taken over, pid ${record.pid}`);
    const finishOutput = reopenOutput(record, record.pid, (message) => deps.log(`${record.id}: ${message}`));
    await new Promise<void>((resolve) => watch.watch(record.pid, record.startTicks, resolve));
    entry.endSeen = true;
    return deps.ending.end(entry, unseen('the supervisor that started it was killed before it ended'), finishOutput);
  };
  const endUnwatched = (entry: Entry): Promise<ExitResult> => {
    const { record } = entry;
    // Without a process there is no other way to a pipe than its name.
    const finishOutput = reopenOutput(record, undefined, (message) => deps.log(`${record.id}: ${message}`));
    return deps.ending.end(entry, record.exit ?? unseen('it ended while no supervisor ran'), finishOutput);
  };
  /** Its start was never answered, so nobody knows the task. */
  const drop = async (record: TaskRecord): Promise<void> => {
    if (isHere(record)) await deps.ending.sweep(newEntry(record));
    await deps.forget(record.id);
  };
  const interrupted = records.filter((record) => record.phase === 'starting');
  const known = records.filter((record) => record.phase !== 'starting');
  return { entries: known.map(adopt), cleaned: Promise.all(interrupted.map(drop)).then(() => {}) };
}
