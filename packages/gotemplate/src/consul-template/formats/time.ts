export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
export const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** The parts of a layout, longest first where one begins another. */
export const PARTS =
  /January|Jan|Monday|Mon|MST|2006|__2|_2(?!006)|002|01|02|03|04|05|06|15|PM|pm|[.,](?:0+|9+)(?!\d)|Z07:00:00|Z07:00|Z0700|Z07|-07:00:00|-07:00|-0700|-07|[1-5]/g;

/** A time zone at a certain time: what it is called, and how far it is ahead of UTC. */
export type Zone = { readonly name: string; readonly minutes: number };

export const UTC: Zone = { name: 'UTC', minutes: 0 };

/** A time by one of Go's layouts: each part is written as it would be on Mon Jan 2 15:04:05 2006 (package `time`, "Layout"). */
export function formatTime(time: Date, layout: string, at: Zone = UTC): string {
  const there = new Date(time.getTime() + at.minutes * 60_000);
  return layout.replace(PARTS, (part) => formatPart(there, part, at));
}

function formatPart(time: Date, part: string, at: Zone): string {
  const month = MONTHS[time.getUTCMonth()] ?? '';
  const day = DAYS[time.getUTCDay()] ?? '';
  const hour12 = time.getUTCHours() % 12 || 12;
  switch (part) {
    case 'January':
      return month;
    case 'Jan':
      return month.slice(0, 3);
    case 'Monday':
      return day;
    case 'Mon':
      return day.slice(0, 3);
    case 'MST':
      return at.name;
    case '2006':
      return pad(time.getUTCFullYear(), 4);
    case '06':
      return pad(time.getUTCFullYear() % 100, 2);
    case '002':
      return pad(dayOfYear(time), 3);
    case '__2':
      return String(dayOfYear(time)).padStart(3);
    case '01':
      return pad(time.getUTCMonth() + 1, 2);
    case '1':
      return String(time.getUTCMonth() + 1);
    case '02':
      return pad(time.getUTCDate(), 2);
    case '_2':
      return String(time.getUTCDate()).padStart(2);
    case '2':
      return String(time.getUTCDate());
    case '15':
      return pad(time.getUTCHours(), 2);
    case '03':
      return pad(hour12, 2);
    case '3':
      return String(hour12);
    case '04':
      return pad(time.getUTCMinutes(), 2);
    case '4':
      return String(time.getUTCMinutes());
    case '05':
      return pad(time.getUTCSeconds(), 2);
    case '5':
      return String(time.getUTCSeconds());
    case 'PM':
      return time.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'pm':
      return time.getUTCHours() < 12 ? 'am' : 'pm';
    default:
      return /^[.,]/.test(part) ? fraction(time, part) : zone(part, at);
  }
}

/** `.000` keeps its zeros, `.999` drops them. */
function fraction(time: Date, part: string): string {
  const digits = pad(time.getUTCMilliseconds(), 3)
    .padEnd(9, '0')
    .slice(0, part.length - 1);
  if (part.includes('0')) return part.charAt(0) + digits;
  const short = digits.replace(/0+$/, '');
  return short === '' ? '' : part.charAt(0) + short;
}

function zone(part: string, { minutes }: Zone): string {
  if (part.startsWith('Z') && minutes === 0) return 'Z';
  const ahead = Math.abs(minutes);
  const form = `${minutes < 0 ? '-' : '+'}${part.slice(1)}`;
  return form
    .replace('07', pad(Math.trunc(ahead / 60), 2))
    .replace(/(07:?|:|\d\d)00/, (found) => found.replace(/00$/, pad(ahead % 60, 2)));
}

function dayOfYear(time: Date): number {
  const start = Date.UTC(time.getUTCFullYear(), 0, 1);
  return Math.floor((time.getTime() - start) / 86_400_000) + 1;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
