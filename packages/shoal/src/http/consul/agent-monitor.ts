import { PassThrough } from 'node:stream';
import type { LogLevel, LogLines } from '../../log-lines.ts';
import type { Answer } from '../shared/answer.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { ApiRequest } from '../shared/request.ts';
import { parseBool } from './params.ts';

/** Consul's names of levels. */
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

/** The agent's log from now on, until the reader goes. */
export function monitor(logs: LogLines, { query, signal }: ApiRequest): Answer {
  const name = query.get('loglevel') || 'info';
  const level = LEVELS[name.toLowerCase()];
  if (!level) throw new BadRequestError(`Unknown log level: ${name}`);
  const asJson = query.has('logjson') && parseBool(query.get('logjson') || 'true') === true;
  const stream = new PassThrough();
  const stop = logs.follow(level, (line) => {
    if (stream.writableLength < MOST_UNREAD_BYTES) stream.write(asJson ? `${line.trimEnd()}\n` : readable(line));
  });
  const end = () => {
    stop();
    stream.end();
  };
  signal.addEventListener('abort', end, { once: true });
  stream.once('close', stop);
  return { status: 200, body: { kind: 'stream', stream, type: 'text/plain; charset=utf-8' } };
}

const OWN = new Set(['level', 'time', 'msg']);

/** `2026-01-02T03:04:05.678Z [INFO]  message: key=value` */
function readable(line: string): string {
  const entry = JSON.parse(line) as { level: string; time: string; msg: string } & Record<string, unknown>;
  const fields = Object.entries(entry).filter(([name]) => !OWN.has(name));
  const rest = fields.map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${entry.time} ${`[${entry.level.toUpperCase()}]`.padEnd(7)} ${entry.msg}${rest.length > 0 ? `:${rest.join('')}` : ''}\n`;
}
