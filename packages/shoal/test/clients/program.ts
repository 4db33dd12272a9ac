import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { until } from '../support/until.ts';

/** Somebody else's program that runs until the test is over. */
export type Program = {
  readonly pid: number;
  /** What it printed so far. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
};

/** Throws, with what it printed, when it cannot be started. Ends it with SIGTERM, then SIGKILL, when the test is over. */
export async function startProgram(command: string, args: readonly string[], cwd: string): Promise<Program> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (printed += String(data)));
  await once(child, 'spawn');
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(kill);
  });
  return { pid: child.pid as number, output: () => printed, signal: (signal) => void child.kill(signal) };
}

/** Where `npm test` puts a program that only Debian 11 has whole (scripts/debian-11.mjs). */
export function debian11Program(name: string): string {
  return fileURLToPath(new URL(`../../../../node_modules/.debian-11/${name}/usr/bin/${name}`, import.meta.url));
}

/** Waits as `until` does; a failure tells what the program printed. */
export async function untilWith<T>(program: Program, what: string, condition: () => T | Promise<T>): Promise<void> {
  await until(what, condition, 30_000).catch((error: Error) => {
    throw new Error(`${error.message}\n${program.output()}`);
  });
}

/** Runs a program to its end, and answers with what it printed; throws when it fails. */
export async function runProgram(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { timeout: 20_000 });
  return stdout;
}

/** One that nobody has now, for a program that cannot be asked which one it took. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
