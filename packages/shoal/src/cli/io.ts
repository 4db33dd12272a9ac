import { type Paint, paintFor } from './output/paint.ts';

/** The terminal, or what stands for it: all that a command may say and ask. */
export type Io = {
  out(text: string): void;
  err(text: string): void;
  /** Bytes as they are and as they come, no faster than the reader takes them. */
  pour(stream: AsyncIterable<Uint8Array>): Promise<void>;
  /** Colours of the standard output; without colour each gives its text back. */
  readonly paint: Paint;
  /** Colours of the standard error. */
  readonly paintErr: Paint;
  /** Whether lines that were written may be written over. */
  readonly live: boolean;
  columns(): number;
  /** All of the standard input. */
  input(): Promise<Buffer>;
  /** Asks on a terminal; undefined when there is none. */
  ask(question: string): Promise<string | undefined>;
  /** Milliseconds since 1970. */
  now(): number;
};

export function processIo(): Io {
  const { stdout, stderr, stdin, env } = process;
  // The reader may have seen enough: `shoal job status | head -1`.
  for (const stream of [stdout, stderr]) stream.on('error', (error: NodeJS.ErrnoException) => giveUp(error));
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    pour: (stream) => pour(stream, stdout),
    paint: paintFor(hasColor(stdout, env)),
    paintErr: paintFor(hasColor(stderr, env)),
    live: Boolean(stdout.isTTY) && env['TERM'] !== 'dumb',
    columns: () => stdout.columns ?? 80,
    input: () => readAll(stdin),
    ask: (question) => (stdin.isTTY ? ask(question) : Promise.resolve(undefined)),
    now: Date.now,
  };
}

export function withoutColor(io: Io): Io {
  const paint = paintFor(false);
  return { ...io, paint, paintErr: paint };
}

function giveUp(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
}

/** https://no-color.org; FORCE_COLOR is its opposite. */
function hasColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] || env['NOMAD_CLI_NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return Boolean(stream.isTTY) && env['TERM'] !== 'dumb';
}

async function pour(from: AsyncIterable<Uint8Array>, to: NodeJS.WriteStream): Promise<void> {
  for await (const part of from) if (!to.write(part)) await new Promise((resolve) => to.once('drain', resolve));
}

async function readAll(stream: NodeJS.ReadStream): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
