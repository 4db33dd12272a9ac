/** Durations as Go writes and reads them. All numbers are nanoseconds. */
export const MICROSECOND = 1e3;
export const MILLISECOND = 1e6;
export const SECOND = 1e9;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

const UNITS: Record<string, number> = {
  ns: 1,
  us: MICROSECOND,
  µs: MICROSECOND,
  μs: MICROSECOND,
  ms: MILLISECOND,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/** Nanoseconds of `1h30m`, `1.5s`, `-250us`; `undefined` for anything Go would refuse (there are no days). */
export function parseDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < body.length) {
    const part = PART.exec(body);
    if (part === null) return undefined;
    total += Number(part[1]) * (UNITS[part[2] as string] as number);
  }
  return body === '' ? undefined : sign * Math.round(total);
}

/** Why Go would refuse `text`, in a user's words. */
export function durationRemedy(text: string): string {
  const unit = /\d\s*([^\d.\s]+)/.exec(text)?.[1];
  if (unit === undefined) return `"${text}" has no unit: write for example "30s", "10m" or "2h"`;
  if (/^d/.test(unit)) return `"${text}": there are no days in durations, write hours ("48h" for two days)`;
  return `"${text}" is not a duration: write for example "30s", "10m" or "1h30m" (units: h, m, s, ms, us, ns)`;
}

/** Nanoseconds as Go prints them: `1h30m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 0) return `-${formatDuration(-nanoseconds)}`;
  if (nanoseconds < MICROSECOND) return `${nanoseconds}ns`;
  if (nanoseconds < MILLISECOND) return `${nanoseconds / MICROSECOND}µs`;
  if (nanoseconds < SECOND) return `${nanoseconds / MILLISECOND}ms`;
  const hours = Math.floor(nanoseconds / HOUR);
  const minutes = Math.floor((nanoseconds % HOUR) / MINUTE);
  const seconds = `${(nanoseconds % MINUTE) / SECOND}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
