import { randomUUID } from 'node:crypto';
import { messageOf } from '../../errors.ts';
import { DriverError, type ExecRequest, type ExecResult } from '../driver.ts';
import { killMarked, MARK } from '../marked.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './errors.ts';
import { createDemultiplexer } from './frames.ts';

/** As much as a check or an event shows of it. */
const MAX_OUTPUT_BYTES = 64 * 1024;
const KILLED = 137;

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
        Env: [...Object.entries(task.env).map(([name, value]) => `${name}=${value}`), `${MARK}=${mark}`],
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
