import { FunctionError } from '../../../errors.ts';
import type { FunctionSet } from '../../../functions.ts';
import { kindOf, Method, raw, Typed, typeName } from '../../../values.ts';
import { formatTime, UTC, type Zone } from '../../formats/time.ts';
import { ofTexts } from '../of-texts.ts';
import { countOf, int64, ofValues, textOfValue, wholeOf } from './casts.ts';
import { formatSeconds, parseDuration, roundedDuration } from './durations.ts';
import { parseTime } from './parse-time.ts';

const HTML = '2006-01-02';

/** Times, in UTC unless a zone is named. A date may be a time, or seconds since 1970. */
export function sprigDates(now: () => Date): FunctionSet {
  const dateOf = (value: unknown): Date => {
    if (typeName(value) === TYPE) return new Date((raw(value) as { ms: number }).ms);
    return kindOf(value) === 'int' ? new Date(countOf(value) * 1000) : now();
  };
  const inZone = ofValues(3, (layout, date, zone) =>
    formatTime(dateOf(date), textOfValue(layout), zoneOf(textOfValue(zone), dateOf(date))),
  );
  const modify = (must: boolean) =>
    ofValues(2, (by, date) => {
      const span = parseDuration(textOfValue(by));
      if (span === undefined && must)
        throw new FunctionError(`time: invalid duration ${JSON.stringify(textOfValue(by))}`);
      return timeValue(new Date(dateOf(date).getTime() + (span ?? 0)));
    });
  return {
    /** Now: another time at each rendering. */
    now: { max: 0, call: () => timeValue(now()) },
    /** The date in a layout of Go's. */
    date: ofValues(2, (layout, date) => formatTime(dateOf(date), textOfValue(layout))),
    /** The same, in a time zone. */
    dateInZone: inZone,
    /** The same. */
    date_in_zone: inZone,
    /** As forms of HTML have it. */
    htmlDate: ofValues(1, (date) => formatTime(dateOf(date), HTML)),
    /** The same, in a time zone. */
    htmlDateInZone: ofValues(2, (date, zone) =>
      formatTime(dateOf(date), HTML, zoneOf(textOfValue(zone), dateOf(date))),
    ),
    /** The time moved by a duration such as -1.5h. */
    dateModify: modify(false),
    /** The same. */
    date_modify: modify(false),
    /** The same; a mistake is an error. */
    mustDateModify: modify(true),
    /** The same. */
    must_date_modify: modify(true),
    /** The time that a text in a layout of Go's is; the year 1 if it is none. */
    toDate: ofTexts(2, (layout, text) => timeValue(parseTime(layout, text) ?? FIRST)),
    /** The same; a mistake is an error. */
    mustToDate: ofTexts(2, (layout, text) => {
      const found = parseTime(layout, text);
      if (found === undefined)
        throw new FunctionError(`${JSON.stringify(text)} is no time in the layout ${JSON.stringify(layout)}`);
      return timeValue(found);
    }),
    /** The seconds since 1970, as a text. */
    unixEpoch: ofValues(1, (date) => String(Math.floor(dateOf(date).getTime() / 1000))),
    /** How long ago it was, in whole seconds. */
    ago: ofValues(1, (date) => formatSeconds(now().getTime() - dateOf(date).getTime())),
    /** So many seconds as a duration. */
    duration: ofValues(1, (seconds) => formatSeconds(Number(wholeOf(seconds)) * 1000)),
    /** A duration in its largest unit alone. */
    durationRound: ofValues(1, (value) => roundedDuration(spanOf(value, now))),
  };

  function spanOf(value: unknown, clock: () => Date): number {
    if (kindOf(value) === 'string') return parseDuration(textOfValue(value)) ?? 0;
    if (typeName(value) === TYPE) return clock().getTime() - dateOf(value).getTime();
    return Number(wholeOf(value)) / 1e6;
  }
}

const TYPE = 'time.Time';

/** Go's zero time. */
const FIRST = new Date('0001-01-01T00:00:00Z');

function timeValue(time: Date): Typed {
  const method =
    (call: (layout: unknown) => unknown, count = 0) =>
    () =>
      new Method({ min: count, max: count, call });
  return new Typed(
    TYPE,
    { ms: time.getTime() },
    {
      String: method(() => formatTime(time, '2006-01-02 15:04:05.999999999 -0700 MST')),
      Format: method((layout) => formatTime(time, textOfValue(layout)), 1),
      Unix: method(() => int64(BigInt(Math.floor(time.getTime() / 1000)))),
      Year: method(() => time.getUTCFullYear()),
      Day: method(() => time.getUTCDate()),
      Hour: method(() => time.getUTCHours()),
      Minute: method(() => time.getUTCMinutes()),
      Second: method(() => time.getUTCSeconds()),
    },
  );
}

/** A zone of the IANA's; UTC for what is none. */
function zoneOf(name: string, at: Date): Zone {
  if (name === '' || name === 'UTC' || name === 'Local') return UTC;
  try {
    const parts = (timeZoneName: 'short' | 'longOffset') =>
      new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName }).formatToParts(at);
    const named = (form: 'short' | 'longOffset') =>
      parts(form).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d+):?(\d+)?/.exec(named('longOffset')) ?? [];
    const ahead = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
    return { name: named('short'), minutes: ahead };
  } catch {
    return UTC;
  }
}
