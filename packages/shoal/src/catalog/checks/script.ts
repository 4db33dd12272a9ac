import { spawn } from 'node:child_process';
import type { CheckStatus } from '@shoal/api';
import { MAX_OUTPUT, type Outcome, type ScriptCheckRun } from '../registry/definitions.ts';
import { capturedOutput } from './output.ts';

/** Exit code 0 is passing, 1 a warning, everything else critical. */
export function statusOfExit(code: number): CheckStatus {
  if (code === 0) return 'passing';
  return code === 1 ? 'warning' : 'critical';
}

/** Runs the command beside the agent, with its environment. It is killed with all that it started when its time is over. Never rejects. */
export function runScriptCheck(check: ScriptCheckRun, signal: AbortSignal, mostOutput = MAX_OUTPUT): Promise<Outcome> {
  const [command = '', ...args] = check.args;
  return new Promise((resolve) => {
    const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let length = 0;
    let ended: string | undefined;
    const keep = (chunk: Buffer) => {
      // Of more than may be kept only the length counts.
      if (length <= mostOutput) chunks.push(chunk);
      length += chunk.length;
    };
    const kill = (reason: string) => {
      ended ??= reason;
      killGroup(child.pid);
    };
    const onAbort = () => kill('the check was stopped');
    const timer = setTimeout(() => kill(`Timed out (${check.timeoutMs / 1000}s) running check`), check.timeoutMs);
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(outcome);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    child.once('error', (error) => settle({ status: 'critical', output: error.message }));
    child.once('exit', (code) => {
      // What it left behind may hold its output open.
      const late = setTimeout(() => end(code), DRAIN_MS);
      child.once('close', () => {
        clearTimeout(late);
        end(code);
      });
    });
    const end = (code: number | null) => {
      const output = capturedOutput(Buffer.concat(chunks).toString(), mostOutput);
      if (ended !== undefined) settle({ status: 'critical', output: output === '' ? ended : `${ended}\n\n${output}` });
      else settle({ status: statusOfExit(code ?? 2), output });
    };
  });
}

const DRAIN_MS = 100;

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this very moment.
  }
}
