import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM } from '../../support/agent.ts';

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string };
export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
  /** Sees the standard output as it comes, with a way to end the command. */
  readonly watch?: (out: string, end: (signal: NodeJS.Signals) => void) => void;
  /** Hears the standard error as it comes. */
  readonly hear?: (err: string) => void;
};

/** The built program under the names that it takes, by links in a folder of their own. */
export function builtProgram() {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-names-'));
  for (const name of ['shoal', 'nomad', 'consul']) symlinkSync(PROGRAM, join(folder, name));
  return {
    folder,
    run: (line: string, options: RunOptions = {}) => runBuilt(folder, line.split(' ').filter(Boolean), options),
    runWords: (words: readonly string[], options: RunOptions = {}) => runBuilt(folder, words, options),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function runBuilt(folder: string, [name = '', ...words]: readonly string[], options: RunOptions): Promise<Ran> {
  const { env = {}, input = '', cwd = folder, watch, hear } = options;
  const child = spawn(process.execPath, [join(folder, name), ...words], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let [out, err, ended] = ['', '', false];
  // Only once: an agent takes a second signal for impatience.
  const end = (signal: NodeJS.Signals) => {
    if (!ended) child.kill(signal);
    ended = true;
  };
  child.stdout.on('data', (data) => {
    out += String(data);
    watch?.(out, end);
  });
  child.stderr.on('data', (data) => {
    err += String(data);
    hear?.(err);
  });
  // A command that does not read its input closes it.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
