import { spawn } from 'node:child_process';

const KILL_AFTER_MS = 5_000;

/** Runs a program to its end, or until the signal fires: then it is asked to end, and made to after a moment. Answers with its exit code, 1 if there is none. */
export function runChild(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  { signal, passInput }: { signal: AbortSignal; passInput: boolean },
): Promise<{ code: number; error?: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: [passInput ? 'inherit' : 'ignore', 'inherit', 'inherit'] });
    let kill: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill('SIGTERM');
      kill = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const end = (result: { code: number; error?: string }) => {
      clearTimeout(kill);
      signal.removeEventListener('abort', stop);
      resolve(result);
    };
    child.once('error', (error) => end({ code: 1, error: error.message }));
    child.once('exit', (code) => end({ code: code ?? 1 }));
  });
}
