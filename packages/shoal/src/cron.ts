import { Cron } from 'croner';
import { localClock } from './local-clock.ts';

/** When something is due: by the clock of a time zone (a name of the IANA database, or "Local": this machine's). */
export type Schedule = {
  /** The first time after `after`, both in Unix milliseconds; undefined if there is none. */
  next(after: number, zone: string): number | undefined;
};

const MACROS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '@yearly': '0 0 1 1 *',
    '@annually': '0 0 1 1 *',
    '@monthly': '0 0 1 * *',
    '@weekly': '0 0 * * 0',
    '@daily': '0 0 * * *',
    '@midnight': '0 0 * * *',
    '@hourly': '0 * * * *',
  }),
);

/** Characters of a mistake that its message repeats. */
const LONGEST_SHOWN = 60;

type CronField = { name: string; last: number; names?: RegExp };

const FIELDS: readonly CronField[] = [
  { name: 'second', last: 59 },
  { name: 'minute', last: 59 },
  { name: 'hour', last: 23 },
  { name: 'day of month', last: 31 },
  {
    name: 'month',
    last: 12,
    names: /\b(january|february|march|april|june|july|august|september|october|november|december)\b/gi,
  },
  { name: 'day of week', last: 6, names: /\b(sunday|monday|tuesday|wednesday|thursday|friday|saturday)\b/gi },
  { name: 'year', last: 2099 },
];

/**
 * Reads a cron expression as Nomad does (https://github.com/hashicorp/cronexpr#implementation): five fields from minute to
 * day of week, as a sixth one the year, and with seven the first is the second. A time that a time zone leaps over is
 * left out, and one that it has twice counts twice (job specification, periodic: daylight saving time).
 */
export function parseCron(spec: string): Schedule | { readonly error: string } {
  const text = spec.trim();
  if (text.startsWith('@') && !MACROS.has(text)) return { error: `must be one of ${[...MACROS.keys()].join(', ')}` };
  const given = (MACROS.get(text) ?? text).split(/\s+/);
  if (given.length < 5 || given.length > 7)
    return {
      error:
        'write five fields: minute, hour, day of month, month, day of week (a year may stand behind them, and seconds before all of these)',
    };
  const fields = [...(given.length < 7 ? ['0'] : []), ...given, ...(given.length === 5 ? ['*'] : [])];
  const patterns = fields.map(plain);
  const cron = read(patterns);
  if (cron) return { next: (after, zone) => nextByClock(cron, after, zone) };
  const wrong = FIELDS.findIndex((_, at) => !read(patterns.map((pattern, i) => (i === at ? pattern : '*'))));
  return {
    error: `"${(fields[wrong] ?? text).slice(0, LONGEST_SHOWN)}" is no ${FIELDS[wrong]?.name ?? 'cron expression'}`,
  };
}

/** What cronexpr has and croner has not: `?`, whole names, and a step from a first value on (`5/15`). */
function plain(field: string, at: number): string {
  const { last, names } = FIELDS[at] as CronField;
  const short = names ? field.replace(names, (name) => name.slice(0, 3)) : field;
  return short
    .split(',')
    .map((part) => (part === '?' ? '*' : part.replace(/^(\d+)\//, `$1-${last}/`)))
    .join(',');
}

function read(fields: readonly string[]): Cron | undefined {
  try {
    return new Cron(fields.join(' '), { timezone: 'UTC', paused: true });
  } catch {
    return undefined; // the constructor refuses nothing here but the pattern
  }
}

/** The expression is matched against what the zone's clock shows, as if that were UTC, between one turn of the clock and the next. */
function nextByClock(cron: Cron, after: number, zone: string): number | undefined {
  const clock = localClock(zone);
  for (let from = after + 1; ; ) {
    const ahead = clock.ahead(from);
    const shown = cron.nextRun(new Date(from - 1 + ahead))?.getTime();
    if (shown === undefined) return undefined;
    const turn = clock.firstTurn(from, shown - ahead);
    if (turn === undefined) return shown - ahead;
    from = turn;
  }
}
