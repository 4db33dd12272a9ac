import { constants } from 'node:os';
import type { ExitResult } from '../driver.ts';

/** By these only is the first process of a namespace ended without wanting it. */
const FATAL = [...(['SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGKILL', 'SIGSEGV', 'SIGSYS'] as const)].map(
  (name) => constants.signals[name],
);

export type EndInput = {
  /** What the supervisor saw of the keeper. */
  seen: ExitResult;
  /** What the keeper kept. */
  kept: number | undefined;
  oomKilled: boolean;
  /** Whether the task was the first process of its namespace. */
  isFirst: boolean;
};

/** How a task ended: its keeper says it with its own end, or, if nobody was there for that, in a file. */
export function exitOf({ seen, kept, oomKilled, isFirst }: EndInput): ExitResult {
  const code = seen.kind === 'exited' && seen.signal === 0 ? seen.exitCode : kept;
  if (code === undefined) {
    return seen.kind === 'exited' ? { kind: 'unknown', reason: 'the process that kept it was killed' } : seen;
  }
  // A shell's convention, which a task may use for its own ends as well.
  const number = code - 128;
  const signalled = isFirst ? FATAL.includes(number) : number > 0 && number <= constants.signals.SIGSYS;
  return { kind: 'exited', exitCode: code, signal: signalled ? number : 0, oomKilled: oomKilled && code !== 0 };
}
