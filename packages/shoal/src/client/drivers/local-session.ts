import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { PassThrough, type Readable, Writable } from 'node:stream';
import type { IPty } from '@lydell/node-pty';
import { messageOf } from '../errors.ts';
import { DriverError, type Session } from './driver.ts';
import { killMarked } from './marked.ts';

export type SessionCommand = {
  /** Absolute. */
  command: string;
  args: readonly string[];
  env: Record<string, string>;
  cwd: string;
  uid: number | undefined;
  gid: number | undefined;
  terminal: boolean;
  /** In the environment of all that the command starts (`marked.ts`). */
  mark: string;
  signal: AbortSignal;
};

/** Whoever was started by the command may hold its output open after its end; what has been silent for so long is left to itself. */
const SILENCE_MS = 100;
const USUAL_SIZE = { cols: 80, rows: 24 };
/** What programs are told of their terminal, unless the task says otherwise. */
export const TERM = 'xterm-256color';

/** Runs a command of this machine with its streams, or in a terminal. All that it started is killed when the signal is aborted. */
export async function openLocalSession(request: SessionCommand): Promise<Session> {
  const { signal, mark } = request;
  signal.throwIfAborted();
  const session = await (request.terminal ? inTerminal(request) : withPipes(request));
  const end = () => killMarked(mark);
  signal.addEventListener('abort', end, { once: true });
  const done = () => signal.removeEventListener('abort', end);
  session.exit.then(done, done);
  if (signal.aborted) end();
  return session;
}

async function withPipes({ command, args, env, cwd, uid, gid }: SessionCommand): Promise<Session> {
  const owner = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
  const child = spawn(command, args, { env, cwd, ...owner, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  // It may end without having read all.
  child.stdin.on('error', () => undefined);
  const exit = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(codeOf(code, signal)));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(cannotRun(command, error)));
  });
  void exit.then(() => closeWhenSilent([child.stdout, child.stderr]));
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, resize: () => undefined, exit };
}

function codeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0));
}

function cannotRun(command: string, error: unknown): DriverError {
  return new DriverError(`cannot run ${command}: ${messageOf(error)}`, { recoverable: true, cause: error });
}

/** What is read slowly is read to its end all the same. */
function closeWhenSilent(streams: readonly Readable[]): void {
  const seen = new Map<Readable, number>();
  const count = (stream: Readable & { bytesRead?: number }) => stream.bytesRead ?? 0;
  const look = setInterval(() => {
    const open = streams.filter((stream) => !stream.readableEnded && !stream.destroyed);
    for (const stream of open) {
      if (stream.readableLength === 0 && seen.get(stream) === count(stream)) stream.destroy();
      seen.set(stream, count(stream));
    }
    if (open.length === 0) clearInterval(look);
  }, SILENCE_MS);
}

/** The addon is loaded by whoever needs it first: most agents never do. */
async function inTerminal({ command, args, env, cwd, uid, gid }: SessionCommand): Promise<Session> {
  const terminal = await spawnInTerminal(command, [...args], {
    ...USUAL_SIZE,
    name: env['TERM'] ?? TERM,
    env: { TERM, ...env },
    cwd,
    // Bytes as they are.
    encoding: null,
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  const stdout = new PassThrough();
  const exit = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      stdout.end();
      resolve(signal ? 128 + signal : exitCode);
    });
  });
  terminal.onData((data) => {
    if (!stdout.write(data)) terminal.pause();
  });
  stdout.on('drain', () => terminal.resume());
  const stdin = new Writable({
    write: (chunk: Buffer, _encoding, done) => send(terminal, chunk, done),
    // Ctrl-D: the end of what a terminal's user has to say.
    final: (done) => send(terminal, Buffer.of(4), done),
  });
  return { stdin, stdout, stderr: undefined, resize: (columns, rows) => resize(terminal, columns, rows), exit };
}

async function spawnInTerminal(...args: Parameters<typeof import('@lydell/node-pty').spawn>): Promise<IPty> {
  try {
    const { spawn: open } = await import('@lydell/node-pty');
    return open(...args);
  } catch (error) {
    throw cannotRun(args[0], error);
  }
}

/** Through its socket, so that who writes faster than the program reads waits; the documented way keeps all of it in memory. */
function send(terminal: IPty, chunk: Buffer, done: (error?: Error | null) => void): void {
  const { _socket: socket } = terminal as IPty & { _socket?: Writable };
  if (socket === undefined || socket.destroyed) done();
  // It may end without having read all.
  else socket.write(chunk, () => done());
}

function resize(terminal: IPty, columns: number, rows: number): void {
  try {
    terminal.resize(columns, rows);
  } catch {
    // Its program has just ended.
  }
}
