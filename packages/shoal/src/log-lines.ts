import { PassThrough, type Readable } from 'node:stream';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Where the lines of a log can be followed, below its own level, too. */
export type LogLines = {
  /** Each line as JSON, from this level up. Returns the function that ends it. */
  follow(level: LogLevel, line: (json: string) => void): () => void;
};

/** Consul's and Nomad's names of levels. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  err: 'error',
  error: 'error',
};
/** A reader that does not keep up misses lines; the agent does not wait for it. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Undefined for a name that no level has. */
export function levelNamed(name: string): LogLevel | undefined {
  return Object.hasOwn(LEVELS, name.toLowerCase()) ? LEVELS[name.toLowerCase()] : undefined;
}

export type LogStreamOptions = {
  readonly level: LogLevel;
  /** Lines as they are, instead of lines for people. */
  readonly asJson: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** What becomes of each line. Default: it stays. */
  readonly wrap?: (line: string) => string;
};

/** The log from now on. */
export function logStream(lines: LogLines, { level, asJson, signal, wrap = same }: LogStreamOptions): Readable {
  const stream = new PassThrough();
  const stop = lines.follow(level, (line) => {
    if (stream.writableLength < MOST_UNREAD_BYTES) stream.write(wrap(asJson ? `${line.trimEnd()}\n` : readable(line)));
  });
  const end = () => {
    stop();
    stream.end();
  };
  signal.addEventListener('abort', end, { once: true });
  stream.once('close', stop);
  return stream;
}

/** A line as Nomad's streams carry it (https://developer.hashicorp.com/nomad/api-docs/agent#stream-logs). */
export function framedLine(line: string): string {
  return `${JSON.stringify({ Data: Buffer.from(line).toString('base64') })}\n`;
}

const same = (line: string) => line;
const OWN = new Set(['level', 'time', 'msg']);

/** `2026-01-02T03:04:05.678Z [INFO]  message: key=value` */
function readable(line: string): string {
  const entry = JSON.parse(line) as { level: string; time: string; msg: string } & Record<string, unknown>;
  const fields = Object.entries(entry).filter(([name]) => !OWN.has(name));
  const rest = fields.map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${entry.time} ${`[${entry.level.toUpperCase()}]`.padEnd(7)} ${entry.msg}${rest.length > 0 ? `:${rest.join('')}` : ''}\n`;
}
