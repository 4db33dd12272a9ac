import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { systemClock } from '../../clock.ts';
import { messageOf } from '../../errors.ts';
import { openRotated, type RotatedFile } from '../../supervisor/rotation.ts';
import type { TaskDirs } from '../driver.ts';
import type { Engine } from './engine.ts';
import { isStatus } from './errors.ts';
import { createDemultiplexer, createTerminalSplitter, type Frame, type OutputStream } from './frames.ts';
import {
  bytesBeyond,
  clockWatch,
  createCursor,
  endOf,
  firstPosition,
  type LogPosition,
  readPosition,
  STREAMS,
  sinceOf,
  writePosition,
} from './log-position.ts';

export type LogSource = {
  container: string;
  task: string;
  terminal: boolean;
  dirs: Pick<TaskDirs, 'logDir' | 'taskDir'>;
  limits: { maxFiles: number; maxFileSizeBytes: number };
};

/** Carries a container's output from the engine's log to the allocation's log files. */
export type LogFollower = {
  /** Resolves when the container has ended and all that it said is in the files, or nothing more can be had. */
  readonly done: Promise<void>;
  /** Resolves when nothing is under way any more. The next follower goes on where this one was. */
  stop(): Promise<void>;
};

const KEEP_EVERY_MS = 500;
const RETRY_MS = 500;

/**
 * Follows the engine's log. Where it is, is kept in the task's folder beside which the container sees nothing; an agent that was killed after it wrote and
 * before it kept that finds what is too much in the files, and passes over as many bytes. So nothing is missing and nothing is there twice.
 */
export function followLogs(engine: Engine, source: LogSource, log: (message: string) => void): LogFollower {
  const over = new AbortController();
  const done = follow(engine, source, over.signal).catch((error) => {
    if (!over.signal.aborted)
      log(`the output of ${source.container.slice(0, 12)} cannot be collected: ${messageOf(error)}`);
  });
  return {
    done,
    async stop() {
      over.abort();
      await done;
    },
  };
}

async function follow(engine: Engine, source: LogSource, signal: AbortSignal): Promise<void> {
  const sink = await openSink(source);
  try {
    for (let again = false; ; again = true) {
      const ended = !(await isRunning(engine, source.container));
      if (again && !ended) await systemClock.sleep(RETRY_MS, signal);
      if (signal.aborted) return;
      try {
        await readOnce(engine, source, sink, ended, signal);
        if (ended) return;
      } catch (error) {
        // Its log driver keeps nothing that could be read (501, 400), or the container is gone.
        if (isStatus(error, 400, 404, 409, 501)) return;
        if (ended) throw error;
      }
    }
  } finally {
    await sink.close();
  }
}

async function isRunning(engine: Engine, container: string): Promise<boolean> {
  try {
    const { State } = await engine.call<{ State: { Running: boolean } }>('GET', `/containers/${container}/json`);
    return State.Running;
  } catch (error) {
    // While the engine is away the container may go on.
    return !isStatus(error, 404);
  }
}

/** One look at the log: up to its present end when the container has ended, else as long as the engine keeps telling. */
async function readOnce(
  engine: Engine,
  source: LogSource,
  sink: Sink,
  ended: boolean,
  signal: AbortSignal,
): Promise<void> {
  const since = sinceOf(sink.position);
  const answer: IncomingMessage = await engine.stream('GET', `/containers/${source.container}/logs`, {
    query: { stdout: true, stderr: true, timestamps: true, follow: !ended, ...(since && { since }) },
    signal,
  });
  const { stdout, stderr } = sink.position;
  const cursors = { stdout: createCursor(stdout), stderr: createCursor(stderr) };
  const clockWentBack = clockWatch(Date.now, () => performance.now());
  const splitter = source.terminal ? createTerminalSplitter() : createDemultiplexer();
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (clockWentBack()) for (const stream of STREAMS) cursors[stream].forget();
    const messages = splitter.push(chunk).map(messageIn);
    const fresh = messages.filter(({ stream, stamp }) => cursors[stream].take(stamp));
    if (fresh.length > 0) await sink.write(fresh);
  }
}

type Message = Frame & { stamp: string };

/** `2026-11-28T20:45:13.770257012Z text`. */
function messageIn({ stream, data }: Frame): Message {
  const space = data.indexOf(32);
  return { stream, stamp: data.subarray(0, space).toString('latin1'), data: data.subarray(space + 1) };
}

type Sink = {
  readonly position: LogPosition;
  write(messages: readonly Message[]): Promise<void>;
  close(): Promise<void>;
};

async function openSink({ container, task, dirs, limits }: LogSource): Promise<Sink> {
  const { logDir } = dirs;
  const path = join(dirs.taskDir, 'docker-log-position.json');
  const kept = readPosition(path, container);
  const position = kept ?? (await firstPosition(logDir, task));
  if (kept === undefined) await writePosition(path, container, position);
  const files = {} as Record<OutputStream, RotatedFile>;
  const surplus = {} as Record<OutputStream, number>;
  for (const stream of STREAMS) {
    surplus[stream] = kept === undefined ? 0 : await bytesBeyond(logDir, `${task}.${stream}`, position[stream]);
    files[stream] = openRotated(logDir, `${task}.${stream}`, limits);
  }
  let keptAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let keeping: Promise<void> = Promise.resolve();

  /** What is in the files when this is called is what the position says: it is taken between two writes. */
  async function keep(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    keptAt = performance.now();
    for (const stream of STREAMS) Object.assign(position[stream], await endOf(logDir, `${task}.${stream}`));
    await writePosition(path, container, position);
  }

  /** Bytes that an earlier agent wrote already are passed over. */
  function newBytes(stream: OutputStream, messages: readonly Message[]): Buffer {
    const bytes = Buffer.concat(messages.filter((message) => message.stream === stream).map(({ data }) => data));
    const passed = Math.min(surplus[stream], bytes.length);
    surplus[stream] -= passed;
    return bytes.subarray(passed);
  }

  async function put(messages: readonly Message[]): Promise<void> {
    for (const stream of STREAMS) {
      const bytes = newBytes(stream, messages);
      if (bytes.length > 0) await files[stream].write(bytes);
    }
    for (const { stream, stamp } of messages) {
      const at = position[stream];
      if (at.stamp === stamp) at.count += 1;
      else Object.assign(at, { stamp, count: 1 });
    }
    // While bytes are passed over, the files are ahead of the position that is kept.
    if (surplus.stdout + surplus.stderr > 0) return;
    if (performance.now() - keptAt >= KEEP_EVERY_MS) await keep();
    else timer ??= setTimeout(keepLater, KEEP_EVERY_MS);
  }

  function keepLater(): void {
    keeping = keeping.then(keep).catch(() => undefined);
  }

  return {
    position,
    write(messages) {
      keeping = keeping.then(() => put(messages));
      return keeping;
    },
    async close() {
      clearTimeout(timer);
      await keeping.then(() => (surplus.stdout + surplus.stderr === 0 ? keep() : undefined)).catch(() => undefined);
      for (const stream of STREAMS) files[stream].close();
    },
  };
}
