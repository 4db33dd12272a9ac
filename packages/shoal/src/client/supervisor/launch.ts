import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { ExitResult } from '../drivers/driver.ts';
import { codeOf, messageOf, SupervisorError } from './errors.ts';
import { readStat } from './proc.ts';
import type { StartRequest } from './protocol.ts';

export type Launched = {
  pid: number;
  startTicks: number;
  ended: Promise<ExitResult>;
  /** What a keeper says. */
  report: Readable | undefined;
};

/** Starts the process as the leader of a session of its own. Resolves when it runs; throws `spawn_failed`. */
export async function launch(request: StartRequest, stdio: [number, number]): Promise<Launched> {
  const child = spawnChild(request, stdio);
  // Read before anything is awaited: even if the process has ended by now, its row stays until it is collected.
  const startTicks = child.pid === undefined ? 0 : (readStat(child.pid)?.startTicks ?? 0);
  const ended = new Promise<ExitResult>((resolve) => {
    child.once('exit', (code, signal) => resolve(exitResult(code, signal)));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(spawnFailed(request, error)));
  });
  // Later errors are about signals that could not be sent, and are reported to who sent them.
  child.on('error', () => {});
  return { pid: child.pid!, startTicks, ended, report: (child.stdio[3] as Readable | null | undefined) ?? undefined };
}

function spawnChild(request: StartRequest, [out, err]: [number, number]): ChildProcess {
  try {
    return spawn(request.command, request.args, {
      cwd: request.cwd,
      env: { ...request.env, NOMAD_ALLOC_ID: request.allocId, NOMAD_TASK_NAME: request.task },
      detached: true,
      stdio: ['ignore', out, err, ...(request.keeper === undefined ? [] : (['pipe'] as const))],
      ...(request.uid === undefined ? {} : { uid: request.uid }),
      ...(request.gid === undefined ? {} : { gid: request.gid }),
    });
  } catch (error) {
    // Some failures (E2BIG, EAGAIN) are thrown, others are events.
    throw spawnFailed(request, error);
  }
}

/** A shell's convention, and what the API shows: 128 + the signal's number. */
export function exitResult(code: number | null, signal: NodeJS.Signals | null): ExitResult {
  const number = signal === null ? 0 : constants.signals[signal];
  return { kind: 'exited', exitCode: code ?? 128 + number, signal: number, oomKilled: false };
}

function spawnFailed(request: StartRequest, error: unknown): SupervisorError {
  const reasons: Record<string, string> = {
    ENOENT: 'no such file (or the interpreter that its first line names, or the working directory, is missing)',
    EACCES: 'permission denied: it is not executable, or a folder above it may not be entered',
    ENOEXEC: 'not a program of this machine, and without a #! line',
    EPERM: 'the agent may not run programs as this user',
    E2BIG: 'arguments and environment are too long',
    EAGAIN: 'the limit of processes is reached',
    ENOTDIR: 'the working directory is not a folder',
  };
  const reason = reasons[codeOf(error) ?? ''] ?? messageOf(error);
  return new SupervisorError('spawn_failed', `${request.command}: ${reason}`, { cause: error });
}
