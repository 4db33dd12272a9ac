/** What the clocks of a time zone show. Times are Unix milliseconds. */
export type LocalClock = {
  /** By how much the clock is ahead of UTC at a time, in milliseconds. */
  ahead(time: number): number;
  /** The first time in (from, to] that the clock is put forward or back for; undefined if there is none. */
  firstTurn(from: number, to: number): number | undefined;
};

const SECOND = 1_000;
/** No zone keeps a time for less than this. */
const SHORTEST = 10 * 24 * 3_600 * SECOND;

const UTC: LocalClock = { ahead: () => 0, firstTurn: () => undefined };
const known = new Map<string, LocalClock>([['UTC', UTC]]);

/** `zone` is a name of the IANA database, or "Local" for this machine's. A name that is neither throws a RangeError. */
export function localClock(zone: string): LocalClock {
  const before = known.get(zone);
  if (before) return before;
  const clock = clockOf(zone);
  known.set(zone, clock);
  return clock;
}

function clockOf(zone: string): LocalClock {
  const format = new Intl.DateTimeFormat('en-US', {
    ...(zone !== 'Local' && { timeZone: zone }),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

  function ahead(time: number): number {
    const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / SECOND) * SECOND;
  }

  function firstTurn(from: number, to: number): number | undefined {
    const start = ahead(from);
    for (let before = from; before < to; before += SHORTEST) {
      const end = Math.min(before + SHORTEST, to);
      if (ahead(end) !== start) return turnBetween(before, end, start);
    }
    return undefined;
  }

  /** Clocks are turned at whole seconds. */
  function turnBetween(before: number, after: number, start: number): number {
    let low = Math.floor(before / SECOND);
    let high = Math.ceil(after / SECOND);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (ahead(middle * SECOND) === start) low = middle;
      else high = middle;
    }
    return high * SECOND;
  }

  return { ahead, firstTurn };
}
