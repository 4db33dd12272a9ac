import type { Log } from '../../packages/shoal/src/log.ts';

/** What goes wrong is seen; the rest is not of interest to a measurement. */
export const consoleLog: Log = {
  debug() {},
  info() {},
  warn: (fields, message) => console.error(message, fields),
  error: (fields, message) => console.error(message, fields),
};
