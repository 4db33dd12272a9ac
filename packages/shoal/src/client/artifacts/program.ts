import { type ChildProcessWithoutNullStreams, type SpawnOptionsWithoutStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ArtifactError } from '../errors.ts';

/** Programs of the system that artifacts need, with the Debian packages that have them. */
const PACKAGES = { bzip2: 'bzip2', git: 'git', xz: 'xz-utils', zstd: 'zstd' } as const;

export type Program = keyof typeof PACKAGES;

/** Starts the program in a process group of its own. Throws `ArtifactError` that names the package if this node does not have it. */
export async function startProgram(
  program: Program,
  args: readonly string[],
  options: SpawnOptionsWithoutStdio = {},
): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn(program, args, { ...options, detached: true, stdio: 'pipe' });
  // What is written to a program that has ended is its end's matter.
  child.stdin.on('error', () => undefined);
  try {
    await once(child, 'spawn');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing
      ? `this node has no ${program}: install the package "${PACKAGES[program]}"`
      : `${program} cannot be started: ${String(error)}`;
    throw new ArtifactError(what, { recoverable: true, cause: error });
  }
  return child;
}

/** Ends the program with all that it has started. */
export function killProgram({ pid }: { pid?: number | undefined }): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in this very moment.
  }
}

/** How it ended: what it said last, or `undefined` if all went well. */
export async function endOfProgram(child: ChildProcessWithoutNullStreams): Promise<string | undefined> {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-MAX_SAID);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return undefined;
  return lastLines(said) || (signal === null ? `exit code ${code}` : `it was ended by ${signal}`);
}

const MAX_SAID = 4_096;
const MAX_LINES = 3;

function lastLines(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(-MAX_LINES)
    .join('; ');
}
