import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from './errors.ts';
import { openReadEnd, openTaskEnd, openThroughProcess } from './fifo.ts';
import { type Pump, startPump } from './pump.ts';
import { openRotated, type RotationLimits } from './rotation.ts';
import type { SpareFifos } from './spare-fifos.ts';

/** stdout and stderr of one task: two named pipes, and two sets of log files, all in the allocation's log folder. */
export type TaskOutput = {
  /** For the child's fd 1 and 2. */
  taskEnds: [number, number];
  /** Closes the supervisor's copies of them, once the child has its own. */
  releaseTaskEnds(): void;
  /** Writes out what is left and removes the pipes. */
  finish(): Promise<void>;
};

export type OutputSpec = { task: string; logDir: string; discard?: boolean } & RotationLimits;

const STREAMS = ['stdout', 'stderr'] as const;
type Stream = (typeof STREAMS)[number];

const fifoPath = (spec: OutputSpec, stream: Stream): string => join(spec.logDir, `.${spec.task}.${stream}.fifo`);

export type OutputMeans = {
  fifos: SpareFifos;
  /** Of the pipes; undefined: the supervisor's own user. */
  owner: { uid: number; gid: number } | undefined;
  log(message: string): void;
};

export async function openOutput(spec: OutputSpec, { fifos, owner, log }: OutputMeans): Promise<TaskOutput> {
  if (spec.discard) return nowhere();
  mkdirSync(spec.logDir, { recursive: true });
  await fifos.place(STREAMS.map((stream) => fifoPath(spec, stream)));
  const ends: number[] = [];
  const pumps: Pump[] = [];
  const releaseTaskEnds = (): void => {
    for (const fd of ends.splice(0)) closeSync(fd);
  };
  try {
    for (const stream of STREAMS) {
      ends.push(openTaskEnd(fifoPath(spec, stream), owner));
      pumps.push(pump(spec, stream, openReadEnd(fifoPath(spec, stream)), log));
    }
  } catch (error) {
    releaseTaskEnds();
    await finish(spec, pumps);
    throw error;
  }
  return { taskEnds: [ends[0]!, ends[1]!], releaseTaskEnds, finish: () => finish(spec, pumps) };
}

function nowhere(): TaskOutput {
  const fd = openSync('/dev/null', 'w');
  return { taskEnds: [fd, fd], releaseTaskEnds: () => closeSync(fd), finish: async () => {} };
}

/** Takes over the pipes of a task that runs already. What cannot be opened is reported and left out. */
export function reopenOutput(
  spec: OutputSpec,
  pid: number | undefined,
  log: (message: string) => void,
): () => Promise<void> {
  if (spec.discard) return async () => {};
  const pumps: Pump[] = [];
  for (const [index, stream] of STREAMS.entries()) {
    try {
      pumps.push(pump(spec, stream, openAgain(spec, stream, pid, index + 1), log));
    } catch (error) {
      log(`${stream} cannot be taken over: ${messageOf(error)}`);
    }
  }
  return () => finish(spec, pumps);
}

function openAgain(spec: OutputSpec, stream: Stream, pid: number | undefined, fd: number): number {
  try {
    return openReadEnd(fifoPath(spec, stream));
  } catch (error) {
    if (pid === undefined) throw error;
    // Somebody removed the pipe's name; the task still holds the pipe.
    return openThroughProcess(pid, fd);
  }
}

function pump(spec: OutputSpec, stream: Stream, fd: number, log: (message: string) => void): Pump {
  try {
    return startPump(fd, openRotated(spec.logDir, `${spec.task}.${stream}`, spec), (message) =>
      log(`${stream}: ${message}`),
    );
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

async function finish(spec: OutputSpec, pumps: Pump[]): Promise<void> {
  await Promise.all(pumps.map((each) => each.drain()));
  for (const stream of STREAMS) rmSync(fifoPath(spec, stream), { force: true });
}
