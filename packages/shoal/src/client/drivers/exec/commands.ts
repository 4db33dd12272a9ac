import { randomUUID } from 'node:crypto';
import { runBeside } from '../beside.ts';
import { DriverError, type ExecRequest, type ExecResult, type Session, type SessionRequest } from '../driver.ts';
import { openLocalSession, TERM } from '../local-session.ts';
import { killMarked, MARK } from '../marked.ts';
import type { Bundle } from './bundle.ts';
import type { Runtime } from './runtime.ts';

/** That of runc itself, when the command did not begin. */
const NOT_BEGUN = 255;
const KILLED = 137;

/** Runs a command in a task's container, and ends it with all that it started when the signal is aborted. */
export async function runInside(
  runtime: Runtime,
  bundle: Bundle,
  { command: wanted, signal }: Pick<ExecRequest, 'command' | 'signal'>,
): Promise<ExecResult> {
  const mark = randomUUID();
  const { command, args } = runtime.exec(bundle, wanted, { mark });
  const end = () => killMarked(mark);
  signal.addEventListener('abort', end, { once: true });
  try {
    const env = { PATH: process.env['PATH'] ?? '' };
    const result = await runBeside({ command, args, env, cwd: bundle.dir, uid: undefined, gid: undefined, signal });
    if (signal.aborted) return { ...result, exitCode: KILLED };
    const reason = result.exitCode === NOT_BEGUN ? complaint(result.output) : undefined;
    if (reason === undefined) return result;
    throw new DriverError(`cannot run ${wanted[0]}: ${reason}`, { recoverable: true });
  } finally {
    signal.removeEventListener('abort', end);
    if (signal.aborted) end();
  }
}

/** The same with its streams; what keeps it from beginning is in its output. */
export function openInside(
  runtime: Runtime,
  bundle: Bundle,
  { command: wanted, task, terminal, signal }: SessionRequest,
): Promise<Session> {
  const mark = randomUUID();
  const { command, args } = runtime.exec(bundle, wanted, {
    mark,
    terminal: terminal ? (task.env['TERM'] ?? TERM) : undefined,
  });
  const env = { PATH: process.env['PATH'] ?? '', [MARK]: mark };
  const place = { cwd: bundle.dir, uid: undefined, gid: undefined };
  return openLocalSession({ command, args, env, ...place, terminal, mark, signal });
}

/** What runc says of a command that it could not start; undefined for the words of a command. */
function complaint(output: string): string | undefined {
  return /level=error msg="?(.*?)"?\s*$/.exec(output)?.[1]?.replaceAll('\\"', '"');
}
