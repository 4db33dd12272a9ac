import { readFileSync, statSync } from 'node:fs';
import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { indexes } from '../../supervisor/rotation.ts';
import type { OutputStream } from './frames.ts';

/** How far the log of a container has been taken: by its own clock, and in our files. */
export type LogPosition = Record<OutputStream, StreamPosition>;

export type StreamPosition = {
  /** Time of the last message that was taken, as the engine writes it; '' if there was none. */
  stamp: string;
  /** Messages taken with just that time. */
  count: number;
  /** Our newest file then, and its size. */
  file: number;
  size: number;
};

export const STREAMS = ['stdout', 'stderr'] as const;

const START: StreamPosition = { stamp: '', count: 0, file: 0, size: 0 };

/** `container` must be the one that the position was kept for. */
export function readPosition(path: string, container: string): LogPosition | undefined {
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as { container: string; position: LogPosition };
    return kept.container === container ? kept.position : undefined;
  } catch {
    // None was kept yet.
    return undefined;
  }
}

/** Whole or not at all. */
export async function writePosition(path: string, container: string, position: LogPosition): Promise<void> {
  await writeFile(`${path}.tmp`, JSON.stringify({ container, position }));
  await rename(`${path}.tmp`, path);
}

/** For a container whose log was not looked at before: our files go on where they end. */
export async function firstPosition(logDir: string, task: string): Promise<LogPosition> {
  const at = async (stream: OutputStream) => ({ ...START, ...(await endOf(logDir, `${task}.${stream}`)) });
  return { stdout: await at('stdout'), stderr: await at('stderr') };
}

/** Bytes that are in our files beyond the position: they were written by an agent that was killed before it could keep a later one. */
export async function bytesBeyond(logDir: string, stem: string, { file, size }: StreamPosition): Promise<number> {
  const names = await readdir(logDir).catch(() => []);
  const later = indexes(names, stem).filter((index) => index >= file);
  const total = later.reduce((sum, index) => sum + sizeOf(join(logDir, `${stem}.${index}`)), 0);
  return Math.max(0, total - size);
}

/** The newest file with its size. */
export async function endOf(logDir: string, stem: string): Promise<{ file: number; size: number }> {
  const file = indexes(await readdir(logDir).catch(() => []), stem).at(-1) ?? 0;
  return { file, size: sizeOf(join(logDir, `${stem}.${file}`)) };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What of a log is asked for again: from a little before the last message on, since the two streams' times may cross. */
export function sinceOf(position: LogPosition): string | undefined {
  const stamp = [position.stdout.stamp, position.stderr.stamp].sort().at(-1);
  if (!stamp) return undefined;
  return String(Math.floor(Date.parse(stamp) / 1000) - OVERLAP_S);
}

const OVERLAP_S = 10;

/**
 * Takes the messages of a stream, in order, and says of each whether it is new. What was taken before comes again when reading begins anew, and from
 * engines that have just begun another file of their own. But for that a stream's times never go back; parts of one long line have the same.
 */
export function createCursor({ stamp: from, count: taken }: StreamPosition): {
  take(stamp: string): boolean;
  forget(): void;
} {
  let [last, count] = [from, taken];
  let again = true;
  let same = 0;
  return {
    take(stamp) {
      if (stamp < last) {
        again = true;
        same = 0;
        return false;
      }
      if (stamp === last) {
        if (again) same += 1;
        if (again && same <= count) return false;
        count += 1;
        return true;
      }
      again = false;
      [last, count] = [stamp, 1];
      return true;
    },
    // The clock was set back: whatever comes is new.
    forget() {
      last = '';
    },
  };
}

/** Whether the machine's clock was set back since the call before: then times do go back. */
export function clockWatch(wallMs: () => number, monotonicMs: () => number): () => boolean {
  let before = wallMs() - monotonicMs();
  return () => {
    const now = wallMs() - monotonicMs();
    const wentBack = now < before - CLOCK_SLACK_MS;
    before = now;
    return wentBack;
  };
}

const CLOCK_SLACK_MS = 20;
