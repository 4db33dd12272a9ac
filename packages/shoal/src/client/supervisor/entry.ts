import type { ExitResult } from '../drivers/driver.ts';
import { codeOf, messageOf, SupervisorError } from './errors.ts';
import { isDeafTo, readStat, readStatus } from './proc.ts';
import type { TaskStatus } from './protocol.ts';
import type { TaskRecord } from './records.ts';

/** A task in the supervisor's memory. Its record says what another supervisor needs to go on from here. */
export type Entry = {
  record: TaskRecord;
  /** The process runs and its record is written. Rejects if it could not be started. */
  started: Promise<void>;
  /** Nothing of the task is left. */
  ended: Promise<ExitResult>;
  /** Its control group has been filled, if it has one. */
  grouped: Promise<void>;
  /** The main process ended while somebody watched. */
  endSeen: boolean;
  /** Until then (performance.now) a task that is being stopped may use its time; undefined if nobody stops it. */
  killAt: number | undefined;
};

export function newEntry(record: TaskRecord): Entry {
  const ended = Promise.resolve(unseen('its end was not recorded'));
  return { record, started: Promise.resolve(), ended, grouped: Promise.resolve(), endSeen: false, killAt: undefined };
}

/** An end that nobody saw. */
export function unseen(reason: string): ExitResult {
  return { kind: 'unknown', reason };
}

export function statusOf({ id, allocId, task, startedAt, phase, exit, ...record }: TaskRecord): TaskStatus {
  const { pid, startTicks } = record.kept ?? record;
  return { id, allocId, task, pid, startTicks, startedAt, state: phase === 'starting' ? 'running' : phase, exit };
}

export const SIGKILL = 9;

/** What asks a task to end: its signal, or what the signal would do if the kernel let it. */
export function endingSignal({ record: { kept } }: Entry, signal: number): number {
  return kept !== undefined && isDeafTo(readStatus(kept.pid), signal) ? SIGKILL : signal;
}

/**
 * To the process group, or to the process that a keeper keeps. Only while the main process is there, be it as a zombie: it keeps the group's number from being reused. Later the
 * sweep ends what is left.
 */
export function signalTask({ record }: Entry, signal: number): void {
  const { pid, startTicks } = record.kept ?? record;
  if (record.phase !== 'running' || readStat(pid)?.startTicks !== startTicks) return;
  try {
    process.kill(record.kept === undefined ? -pid : pid, signal);
  } catch (error) {
    // ESRCH: gone already, which is what the caller will hear.
    if (codeOf(error) === 'ESRCH') return;
    throw new SupervisorError('internal', `cannot signal ${record.id}: ${messageOf(error)}`, { cause: error });
  }
}
