import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { PassThrough, pipeline, type Readable, Writable } from 'node:stream';
import { messageOf } from '../../errors.ts';
import { DriverError, type ExecRequest, type ExecResult, type Session, type SessionRequest } from '../driver.ts';
import { TERM } from '../local-session.ts';
import { killMarked, MARK } from '../marked.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './errors.ts';
import { createDemultiplexer } from './frames.ts';

/** As much as a check or an event shows of it. */
const MAX_OUTPUT_BYTES = 64 * 1024;
const KILLED = 137;
const EXIT_ATTEMPTS = 20;
const EXIT_AGAIN_MS = 50;

/** Runs a command in a container, as its user and with its environment. */
export async function execIn(
  engine: Engine,
  container: string,
  { command, task, signal }: ExecRequest,
): Promise<ExecResult> {
  if (signal.aborted) return { exitCode: KILLED, output: '' };
  const mark = randomUUID();
  try {
    const { Id } = await engine.call<{ Id: string }>('POST', `/containers/${container}/exec`, {
      body: {
        Cmd: command,
        AttachStdout: true,
        AttachStderr: true,
        Env: [...variables(task.env), `${MARK}=${mark}`],
      },
    });
    const output = await outputOf(engine, Id, mark, signal);
    if (signal.aborted) return { exitCode: KILLED, output };
    const { ExitCode } = await engine.call<{ ExitCode: number | null }>('GET', `/exec/${Id}/json`);
    if (notStarted(ExitCode, output))
      throw new DriverError(`cannot run ${command[0]}: ${output.trim()}`, { recoverable: true });
    return { exitCode: ExitCode ?? KILLED, output };
  } catch (error) {
    if (error instanceof DriverError) throw error;
    const reason = error instanceof EngineError ? error.message : messageOf(error);
    throw new DriverError(`cannot run ${command[0]}: ${reason}`, { recoverable: true, cause: error });
  }
}

/** The same with its streams, in a terminal if that is asked for; what keeps it from beginning is in its output. */
export async function openSessionIn(
  engine: Engine,
  container: string,
  { command, task, terminal, signal }: SessionRequest,
): Promise<Session> {
  const mark = randomUUID();
  try {
    const { Id } = await engine.call<{ Id: string }>('POST', `/containers/${container}/exec`, {
      body: {
        ...{ Cmd: command, Tty: terminal, AttachStdin: true, AttachStdout: true, AttachStderr: true },
        Env: [...variables({ ...(terminal && { TERM }), ...task.env }), `${MARK}=${mark}`],
      },
    });
    const stream = await engine.hijack(`/exec/${Id}/start`, { Detach: false, Tty: terminal });
    stream.on('error', () => stream.destroy());
    const { stdout, stderr } = terminal ? { stdout: stream, stderr: undefined } : takenApart(stream);
    const abort = () => {
      killMarked(mark);
      stream.destroy();
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const ended = once(stream, 'close').then(async () => {
      signal.removeEventListener('abort', abort);
      return exitOf(engine, Id);
    });
    const resize = (w: number, h: number) =>
      void engine.call('POST', `/exec/${Id}/resize`, { query: { w, h } }).catch(() => undefined);
    return { stdin: stream, stdout, stderr, resize, exit: ended };
  } catch (error) {
    throw new DriverError(`cannot run ${command[0]}: ${messageOf(error)}`, { recoverable: true, cause: error });
  }
}

function takenApart(stream: Readable): { stdout: Readable; stderr: Readable } {
  const parts = { stdout: new PassThrough(), stderr: new PassThrough() };
  const splitter = createDemultiplexer();
  const split = new Writable({
    async write(chunk: Buffer, _encoding, done) {
      for (const frame of splitter.push(chunk)) {
        const part = parts[frame.stream];
        if (!part.write(frame.data)) await once(part, 'drain').catch(() => undefined);
      }
      done();
    },
  });
  pipeline(stream, split, () => {
    for (const part of Object.values(parts)) part.end();
  });
  return parts;
}

/** The engine closes the stream a moment before it knows. */
async function exitOf(engine: Engine, id: string): Promise<number> {
  for (let attempt = 0; attempt < EXIT_ATTEMPTS; attempt += 1) {
    const { ExitCode } = await engine.call<{ ExitCode: number | null }>('GET', `/exec/${id}/json`);
    if (ExitCode !== null) return ExitCode;
    await new Promise((resolve) => setTimeout(resolve, EXIT_AGAIN_MS));
  }
  return KILLED;
}

function variables(env: Record<string, string>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

/** The runtime's own complaint comes as the command's output, with the shells' codes for "not found" and "not executable". */
function notStarted(code: number | null, output: string): boolean {
  return (code === 126 || code === 127) && output.startsWith('OCI runtime exec failed');
}

async function outputOf(engine: Engine, id: string, mark: string, signal: AbortSignal): Promise<string> {
  const answer = await engine.stream('POST', `/exec/${id}/start`, { body: { Detach: false, Tty: false } });
  // The engine cannot end a command.
  const abort = () => {
    killMarked(mark);
    answer.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  const splitter = createDemultiplexer();
  const kept: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      for (const { data } of splitter.push(chunk)) {
        if (size < MAX_OUTPUT_BYTES) kept.push(data.subarray(0, MAX_OUTPUT_BYTES - size));
        size += data.length;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return Buffer.concat(kept).toString();
}
