const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The two greatest units of a span of milliseconds: `1h5m`, `3s`, `2d4h`; less than a second is `<1s`. */
export function span(ms: number): string {
  const units: [number, string][] = [
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'm'],
    [SECOND, 's'],
  ];
  const first = units.findIndex(([size]) => ms >= size);
  if (first < 0) return '<1s';
  let rest = ms;
  const parts = units.slice(first, first + 2).map(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${count}${unit}` : '';
  });
  return parts.join('');
}

/** How long ago a Unix time in nanoseconds was, as `3s ago`; `N/A` for none. */
export function ago(nowMs: number, nanoseconds: number | null | undefined): string {
  if (!nanoseconds) return 'N/A';
  const ms = nowMs - nanoseconds / 1e6;
  return ms < 0 ? `in ${span(-ms)}` : `${span(ms)} ago`;
}

/** A Unix time in nanoseconds as `2026-11-20T08:35:32Z`; `N/A` for none. */
export function timeOf(nanoseconds: number | null | undefined): string {
  return nanoseconds ? instant(new Date(nanoseconds / 1e6)) : 'N/A';
}

/** A time in RFC 3339 without its fraction; `N/A` for none and for Go's zero time. */
export function timeOfText(text: string | null | undefined): string {
  if (!text || text.startsWith('0001-')) return 'N/A';
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : instant(date);
}

function instant(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'N/A' : date.toISOString().replace(/\.\d+Z$/, 'Z');
}
