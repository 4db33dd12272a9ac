import { spawn } from 'node:child_process';

export type Ended = {
  /** 128 + the signal for one that was killed. */
  code: number;
  stdout: string;
  stderr: string;
};

export type ProgramOptions = {
  input?: string;
  /** The whole environment. Default: the agent's PATH. */
  env?: Record<string, string>;
  timeoutMs?: number;
};

/** They wait for each other's locks, and for an address server where one is asked. */
const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 1024 * 1024;
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const KILLED = 137;

/** Where programs of the system are looked for. */
export function systemPath(): string {
  return process.env['PATH'] || USUAL_PATH;
}

/** Runs a short program to its end. Rejects only when it cannot be started (`ENOENT`, `EACCES`). */
export function runProgram(file: string, args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  const { input = '', env = { PATH: systemPath() }, timeoutMs = TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        if (output[stream].length < MAX_OUTPUT) output[stream] += text;
      });
    }
    const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('error', (error) => {
      clearTimeout(late);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(late);
      resolve({ code: code ?? KILLED, ...output });
    });
    // What does not read it has said why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
