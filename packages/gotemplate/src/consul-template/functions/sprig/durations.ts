/** Spans of time as Go writes them, in milliseconds. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** `-1.5h`, `2h10m`; undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  const [, sign, body = ''] = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text) ?? [];
  if (sign === undefined) return text === '0' ? 0 : undefined;
  const parts = body.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g);
  const sum = [...parts].reduce((total, [, number, unit = '']) => total + Number(number) * (UNITS[unit] ?? 0), 0);
  return sign === '-' ? -sum : sum;
}

/** `2h34m7s`: whole seconds. */
export function formatSeconds(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const sign = milliseconds < 0 && seconds > 0 ? '-' : '';
  const before = hours > 0 ? `${hours}h${minutes}m` : minutes > 0 ? `${minutes}m` : '';
  return `${sign}${before}${seconds % 60}s`;
}

const LARGE = [
  ['y', 365 * 24 * 3_600_000],
  ['mo', 30 * 24 * 3_600_000],
  ['d', 24 * 3_600_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** In its largest unit alone: `2h10m5s` is `2h`. */
export function roundedDuration(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const [unit, length] = LARGE.find(([, long]) => size >= long) ?? ['s', 1_000];
  return `${Math.trunc(size / length)}${unit}`;
}
