import { stringValue } from '../values.ts';
import { define, text, textOf } from './arguments.ts';
import { FunctionError, type HclFunction } from './function.ts';

/** A moment with the wall clock of its zone: `offset` in minutes, `nanoseconds` within the second. */
type Timestamp = { utc: Date; offset: number; nanoseconds: number };

const pattern = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** RFC 3339. */
function parseTimestamp(source: string): Timestamp | undefined {
  const match = pattern.exec(source);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offset = (match[8] === '-' ? -1 : 1) * (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0));
  const wall = new Date(0);
  wall.setUTCFullYear(year, month - 1, day);
  wall.setUTCHours(hour, minute, second);
  const exists =
    wall.getUTCMonth() === month - 1 && wall.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exists) return undefined;
  return {
    utc: new Date(wall.getTime() - offset * 60_000),
    offset,
    nanoseconds: Number((match[7] ?? '').padEnd(9, '0').slice(0, 9)),
  };
}

function timestampOf(source: string, argument?: number): Timestamp {
  const timestamp = parseTimestamp(source);
  if (timestamp) return timestamp;
  throw new FunctionError(`"${source}" is not a timestamp such as 2006-01-02T15:04:05Z (RFC 3339)`, argument);
}

function wallClock({ utc, offset }: Timestamp): Date {
  return new Date(utc.getTime() + offset * 60_000);
}

function zone(offset: number, separator: string): string {
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${separator}${two(minutes % 60)}`;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** RFC 3339 again, in the zone that it came in. */
function formatTimestamp(timestamp: Timestamp): string {
  const wall = wallClock(timestamp);
  const date = `${String(wall.getUTCFullYear()).padStart(4, '0')}-${two(wall.getUTCMonth() + 1)}-${two(wall.getUTCDate())}`;
  const time = [wall.getUTCHours(), wall.getUTCMinutes(), wall.getUTCSeconds()].map(two).join(':');
  return `${date}T${time}${timestamp.offset === 0 ? 'Z' : zone(timestamp.offset, ':')}`;
}

const months = 'January February March April May June July August September October November December'.split(' ');
const days = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** By sequence of letters; letters that are no sequence here are mistakes. */
const sequences: Readonly<Record<string, (wall: Date, offset: number) => string>> = {
  YYYY: (wall) => String(wall.getUTCFullYear()).padStart(4, '0'),
  YY: (wall) => two(wall.getUTCFullYear() % 100),
  MMMM: (wall) => months[wall.getUTCMonth()]!,
  MMM: (wall) => months[wall.getUTCMonth()]!.slice(0, 3),
  MM: (wall) => two(wall.getUTCMonth() + 1),
  M: (wall) => String(wall.getUTCMonth() + 1),
  DD: (wall) => two(wall.getUTCDate()),
  D: (wall) => String(wall.getUTCDate()),
  EEEE: (wall) => days[wall.getUTCDay()]!,
  EEE: (wall) => days[wall.getUTCDay()]!.slice(0, 3),
  hh: (wall) => two(wall.getUTCHours()),
  h: (wall) => String(wall.getUTCHours()),
  HH: (wall) => two(wall.getUTCHours() % 12 || 12),
  H: (wall) => String(wall.getUTCHours() % 12 || 12),
  AA: (wall) => (wall.getUTCHours() < 12 ? 'AM' : 'PM'),
  aa: (wall) => (wall.getUTCHours() < 12 ? 'am' : 'pm'),
  mm: (wall) => two(wall.getUTCMinutes()),
  m: (wall) => String(wall.getUTCMinutes()),
  ss: (wall) => two(wall.getUTCSeconds()),
  s: (wall) => String(wall.getUTCSeconds()),
  ZZZZZ: (_, offset) => zone(offset, ':'),
  ZZZZ: (_, offset) => zone(offset, ''),
  ZZZ: (_, offset) => (offset === 0 ? 'UTC' : zone(offset, '')),
  Z: (_, offset) => (offset === 0 ? 'Z' : zone(offset, ':')),
};

/** Quoted text, a run of one letter, or anything else. */
const piece = /'((?:[^']|'')*)'|'|([A-Za-z])\2*|[^A-Za-z']+/g;

function formatDate(spec: string, timestamp: Timestamp): string {
  const wall = wallClock(timestamp);
  return spec.replace(piece, (found: string, quoted: string | undefined, letter: string | undefined) => {
    if (quoted !== undefined) return quoted.replaceAll("''", "'");
    if (found === "'") throw new FunctionError('a quote is not closed', 0);
    if (letter === undefined) return found;
    const sequence = Object.hasOwn(sequences, found) ? sequences[found] : undefined;
    if (!sequence)
      throw new FunctionError(`there is no sequence "${found}"; letters as they are go into single quotes`, 0);
    return sequence(wall, timestamp.offset);
  });
}

const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const durationPart = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Nanoseconds of a duration such as "1h30m" or "-1.5s". */
function parseDuration(source: string): number {
  const [, sign, body = ''] = /^([+-]?)(.*)$/s.exec(source)!;
  if (body === '0') return 0;
  if (body === '' || body.replace(durationPart, '') !== '')
    throw new FunctionError(`"${source}" is not a duration such as 10m or 1h30m`);
  let total = 0;
  for (const [, amount, unit] of body.matchAll(durationPart)) total += Number(amount) * units[unit!]!;
  return sign === '-' ? -total : total;
}

function addDuration({ utc, offset, nanoseconds }: Timestamp, duration: number): Timestamp {
  const within = nanoseconds + duration;
  const seconds = Math.floor(within / 1e9);
  const later = new Date(utc.getTime() + seconds * 1000);
  const year = later.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw new FunctionError('the result is outside of the years 0 to 9999', 1);
  return { utc: later, offset, nanoseconds: within - seconds * 1e9 };
}

export function timeFunctions(now: () => Date): Readonly<Record<string, HclFunction>> {
  return {
    /** A timestamp as the specification says: YYYY-MM-DD'T'hh:mm:ssZ. */
    formatdate: define([text('format'), text('time')], (spec, time) => {
      const timestamp = timestampOf(textOf(time), 1);
      return stringValue(formatDate(textOf(spec), timestamp));
    }),
    /** A timestamp later by a duration such as 1h30m. */
    timeadd: define([text('timestamp'), text('duration')], (time, duration) =>
      stringValue(formatTimestamp(addDuration(timestampOf(textOf(time)), parseDuration(textOf(duration))))),
    ),
    /** Now, as RFC 3339 writes it in UTC. */
    timestamp: define([], () => stringValue(formatTimestamp({ utc: now(), offset: 0, nanoseconds: 0 }))),
  };
}
