import { spawnSync } from 'node:child_process';
import type { WebSocket } from 'ws';
import { CommandError } from '../errors.ts';
import { createEscape } from './escape.ts';

/** The user's side of a conversation; a terminal has a size and can be made raw. */
export type User = {
  input: NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  output: NodeJS.WritableStream & { columns?: number; rows?: number };
  errors: NodeJS.WritableStream;
};

export type Manner = {
  /** Whether the command hears what the user says. */
  interactive: boolean;
  terminal: boolean;
  /** See `escape.ts`. */
  leaveKey: string | undefined;
};

type Answer = {
  stdout?: { data?: string };
  stderr?: { data?: string };
  exited?: boolean;
  result?: { exit_code?: number };
};

/** What is between may close a connection on which nothing is heard. */
const ALIVE_EVERY_MS = 10_000;

/** Carries keys and output between the user and a command until it has ended. Answers with its exit code; undefined if the user left before. */
export async function converse(socket: WebSocket, user: User, manner: Manner): Promise<number | undefined> {
  const send = (frame: object) => socket.send(JSON.stringify(frame), () => undefined);
  const restore = manner.terminal ? takeTerminal(user, send) : () => undefined;
  const alive = setInterval(() => send({}), ALIVE_EVERY_MS);
  const leave = () => socket.close(1000);
  if (manner.interactive) takeKeys(socket, user, manner, leave);
  else send({ stdin: { close: true } });
  try {
    return await exitCode(socket, user);
  } finally {
    clearInterval(alive);
    restore();
    user.input.pause();
  }
}

function takeTerminal({ input, output }: User, send: (frame: object) => void): () => void {
  const tell = () => {
    const { columns, rows } = output;
    if (columns && rows) send({ tty_size: { width: columns, height: rows } });
  };
  tell();
  output.on('resize', tell);
  if (input.isTTY) makeRaw(input);
  return () => {
    output.off('resize', tell);
    if (input.isTTY) input.setRawMode?.(false);
  };
}

/** Node's raw mode still makes two characters of a line's end, which the far terminal has done already. Going back from it restores both. */
function makeRaw(input: User['input']): void {
  input.setRawMode?.(true);
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}

function takeKeys(socket: WebSocket, { input }: User, { terminal, leaveKey }: Manner, leave: () => void): void {
  const keysOf = createEscape(terminal ? leaveKey : undefined);
  input.on('data', (chunk: Buffer) => {
    const { keys, leave: wantsToLeave } = keysOf.pass(Buffer.from(chunk));
    if (keys.length > 0) {
      const frame = JSON.stringify({ stdin: { data: keys.toString('base64') } });
      // What is read faster than the command takes it waits where it is.
      input.pause();
      socket.send(frame, (error) => {
        if (!error && socket.readyState === socket.OPEN) input.resume();
      });
    }
    if (wantsToLeave) leave();
  });
  input.once('end', () => socket.send(JSON.stringify({ stdin: { close: true } }), () => undefined));
}

function exitCode(socket: WebSocket, { output, errors }: User): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    let code: number | undefined;
    const write = (stream: NodeJS.WritableStream, data: string | undefined) => {
      if (!data || stream.write(Buffer.from(data, 'base64'))) return;
      socket.pause();
      stream.once('drain', () => socket.resume());
    };
    socket.on('message', (message) => {
      const answer = JSON.parse(String(message)) as Answer;
      write(output, answer.stdout?.data);
      write(errors, answer.stderr?.data);
      if (answer.exited) code = answer.result?.exit_code ?? 0;
    });
    socket.resume();
    socket.once('error', (error) => reject(new CommandError(`the connection broke: ${error.message}`)));
    socket.once('close', (status, reason) => {
      if (code !== undefined || status === 1000) resolve(code);
      else reject(new CommandError(String(reason) || 'the connection was closed before the command ended'));
    });
  });
}
