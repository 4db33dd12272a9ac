import type { LogLevel, LogLines } from './log-lines.ts';

/** What the client writes its log with: fields first, then a sentence. A pino logger fits. */
export type Log = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** Where others can follow it. */
  readonly lines?: LogLines;
  /** From now on what is below it is not written, where that can be chosen. */
  readonly setLevel?: (level: LogLevel) => void;
};

/** For tests and tools that want no log. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
