import type { DockerCheckRun, Outcome } from '../registry/definitions.ts';
import { execInContainer } from './docker-exec.ts';
import { capturedOutput } from './output.ts';
import { statusOfExit } from './script.ts';

/** Runs a program inside of a container; its exit code is the status, as with scripts. Never rejects. */
export async function runDockerCheck(check: DockerCheckRun, signal: AbortSignal, mostOutput: number): Promise<Outcome> {
  const { container, timeoutMs } = check;
  const late = AbortSignal.timeout(timeoutMs);
  const host = process.env['DOCKER_HOST'];
  const target = { host, container, command: commandOf(check), mostOutput: mostOutput * 4 };
  try {
    const { exitCode, output } = await execInContainer(target, AbortSignal.any([signal, late]));
    return { status: statusOfExit(exitCode), output: capturedOutput(output, mostOutput) };
  } catch (error) {
    return {
      status: 'critical',
      output: late.aborted ? `Timed out (${timeoutMs / 1000}s) running check` : reason(error),
    };
  }
}

/** With a shell, the arguments are one line for it. */
function commandOf({ shell, args }: DockerCheckRun): readonly string[] {
  return shell === '' ? args : [shell, '-c', args.join(' ')];
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'EACCES'
    ? `The Docker Engine cannot be asked: ${message}. Start it, or set DOCKER_HOST for the agent.`
    : message;
}
