import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SupervisorError } from './errors.ts';
import type { Launched } from './launch.ts';
import { readStat } from './proc.ts';
import type { Keeper } from './protocol.ts';

export type Kept = { pid: number; startTicks: number };

const run = promisify(execFile);

/** Waits for the process that a keeper sets up, and lets it go. Throws `spawn_failed`, with nothing left but what the keeper's maker made. */
export async function beginKept(child: Launched, { begin }: Keeper): Promise<Kept> {
  const pid = await reported(child);
  const kept = { pid, startTicks: readStat(pid)?.startTicks ?? 0 };
  try {
    await run(begin.command, begin.args);
  } catch (error) {
    kill(pid);
    await child.ended;
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new SupervisorError('spawn_failed', stderr?.trim() || message, { cause: error });
  }
  return kept;
}

/** From `{"data": PID}` (or, by other versions, `"pid"`) on its own line. */
async function reported({ report, ended }: Launched): Promise<number> {
  let text = '';
  try {
    for await (const chunk of report ?? []) {
      text += String(chunk);
      if (text.includes('\n')) break;
    }
    const { data, pid = data } = JSON.parse(text) as { data?: number; pid?: number };
    if (Number.isInteger(pid) && pid! > 0) return pid!;
  } catch {
    // It ended without a word, or with another one: said below.
  }
  const exit = await ended;
  const how = exit.kind === 'exited' ? `ended with ${exit.exitCode}` : 'ended';
  throw new SupervisorError('spawn_failed', `the task could not be set up: its keeper ${how}`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
