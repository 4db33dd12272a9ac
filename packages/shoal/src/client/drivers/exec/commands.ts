import { randomUUID } from 'node:crypto';
import { runBeside } from '../beside.ts';
import { DriverError, type ExecRequest, type ExecResult } from '../driver.ts';
import { killMarked } from '../marked.ts';
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

/** What runc says of a command that it could not start; undefined for the words of a command. */
function complaint(output: string): string | undefined {
  return /level=error msg="?(.*?)"?\s*$/.exec(output)?.[1]?.replaceAll('\\"', '"');
}
