import { createWriteStream } from 'node:fs';
import { type DestinationStream, multistream, pino } from 'pino';
import type { LogConfig } from '../config/agent-config.ts';
import type { Log } from '../log.ts';
import type { LogLevel } from '../log-lines.ts';
import { followedLines, isAtLeast, lowerLevel } from './followed-lines.ts';

const COLORS: Record<string, string> = { trace: '90', debug: '36', info: '32', warn: '33', error: '31' };
/** Fields that every line has. */
const OWN = new Set(['level', 'time', 'msg']);

/** Readable lines on a terminal, JSON lines otherwise; to a file always JSON. */
export function createLogger(config: LogConfig, output: NodeJS.WriteStream = process.stdout): Log {
  const json = config.json ?? !output.isTTY;
  const main: DestinationStream = json
    ? output
    : { write: (line: string) => output.write(readable(line, output.isTTY)) };
  const streams = config.file ? [main, createWriteStream(config.file, { flags: 'a', mode: 0o640 })] : [main];
  const options = {
    level: config.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level: string) => ({ level }) },
  };
  let wanted = config.level;
  let followedLevel: LogLevel | undefined;
  const choose = () => {
    logger.level = lowerLevel(wanted, followedLevel);
  };
  const followed = followedLines((level) => {
    followedLevel = level;
    choose();
  });
  // While somebody follows at a lower level, lines come that are not for these.
  const own = streams.map((stream) => ({
    write: (line: string) => void (isAtLeast(line, wanted) && stream.write(line)),
  }));
  const logger = pino(options, multistream([...own, followed].map((stream) => ({ stream, level: 'trace' }))));
  const setLevel = (level: LogLevel) => {
    wanted = level;
    choose();
  };
  return Object.assign(logger, { lines: followed, setLevel });
}

/** `09:41:02.123 info  message key=value` */
export function readable(line: string, color: boolean): string {
  const entry = JSON.parse(line) as { level: string; time: string; msg: string } & Record<string, unknown>;
  const level = entry.level.padEnd(5);
  const painted = color ? `\u001b[${COLORS[entry.level] ?? '0'}m${level}\u001b[0m` : level;
  const fields = Object.entries(entry).filter(([name]) => !OWN.has(name));
  const rest = fields
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  return `${entry.time.slice(11, 23)} ${painted} ${entry.msg}${color ? `\u001b[90m${rest}\u001b[0m` : rest}\n`;
}
