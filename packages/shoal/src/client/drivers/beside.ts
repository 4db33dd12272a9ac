import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { DriverError, type ExecResult } from './driver.ts';

export type BesideRequest = {
  /** Absolute. */
  command: string;
  args: readonly string[];
  env: Record<string, string>;
  cwd: string;
  uid: number | undefined;
  gid: number | undefined;
  signal: AbortSignal;
};

/** As much as a check or an event shows of it. */
const MAX_OUTPUT_BYTES = 64 * 1024;
/** Whoever was started by the command may hold its output open after its end: that is not waited for. */
const DRAIN_MS = 100;

/** Runs a short command on the host, in a process group of its own, which is killed as a whole when the signal is aborted. */
export function runBeside(request: BesideRequest): Promise<ExecResult> {
  const { command, args, env, cwd, uid, gid, signal } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      resolve({ exitCode: 128 + constants.signals.SIGKILL, output: '' });
      return;
    }
    const owner = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
    const child = spawn(command, args, { env, cwd, ...owner, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let kept = 0;
    const keep = (chunk: Buffer) => {
      if (kept < MAX_OUTPUT_BYTES) chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - kept));
      kept += chunk.length;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const kill = () => {
      if (child.pid !== undefined) killGroup(child.pid);
    };
    signal.addEventListener('abort', kill, { once: true });
    const done = () => signal.removeEventListener('abort', kill);
    child.once('error', (error) => {
      done();
      reject(new DriverError(`cannot run ${command}: ${error.message}`, { recoverable: true, cause: error }));
    });
    child.once('exit', (code, killedBy) => {
      const end = () => {
        done();
        child.stdout.destroy();
        child.stderr.destroy();
        const exitCode = code ?? 128 + (killedBy ? (constants.signals[killedBy] ?? 0) : 0);
        resolve({ exitCode, output: Buffer.concat(chunks).toString() });
      };
      const late = setTimeout(end, DRAIN_MS);
      child.once('close', () => {
        clearTimeout(late);
        end();
      });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this very moment.
  }
}
