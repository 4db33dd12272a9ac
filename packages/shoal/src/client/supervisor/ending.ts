import type { ExitResult } from '../drivers/driver.ts';
import { removeGroup } from './cgroup.ts';
import type { Entry } from './entry.ts';
import { messageOf } from './errors.ts';
import { createGroupWatch } from './group-watch.ts';
import type { TaskRecord } from './records.ts';
import { createSweeper } from './sweeper.ts';

export type Ending = {
  /** From the end of the main process to the end of everything. Resolves with `exit`. */
  end(entry: Entry, exit: ExitResult, finishOutput: () => Promise<void>): Promise<ExitResult>;
  /** Ends all that is found of a task. */
  sweep(entry: Entry): Promise<void>;
};

export type EndingDeps = {
  save(record: TaskRecord, durable?: boolean): Promise<void>;
  log(message: string): void;
  onEnded(): void;
};

export function createEnding({ save, log, onEnded }: EndingDeps): Ending {
  const sweeper = createSweeper();
  const groups = createGroupWatch();

  const sweep = async ({ record, endSeen, grouped }: Entry): Promise<void> => {
    await grouped;
    const clean = await sweeper.sweep({ ...record, groupIsOurs: endSeen });
    if (!clean) log(`${record.id}: some of its processes cannot be killed`);
    if (record.cgroup !== '' && !record.cgroupIsForeign) removeGroup(record.cgroup);
  };
  return {
    sweep,
    async end(entry, exit, finishOutput) {
      const { record } = entry;
      record.phase = 'ending';
      record.exit = exit;
      await save(record, true);
      // The whole group got the signal, so all of it has the time that the task has.
      if (entry.killAt !== undefined) await groups.gone(record.pid, () => entry.killAt ?? 0);
      await sweep(entry);
      await finishOutput().catch((error: unknown) => log(`${record.id}: ${messageOf(error)}`));
      record.phase = 'ended';
      await save(record);
      onEnded();
      return exit;
    },
  };
}
