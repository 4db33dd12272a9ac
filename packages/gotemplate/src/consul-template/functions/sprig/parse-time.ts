import { DAYS, MONTHS, PARTS } from '../../formats/time.ts';

type Fields = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly pm?: boolean;
  /** Minutes ahead of UTC. */
  readonly ahead: number;
};

/** How a part of a layout is read: what it looks like from where it stands on, and what it says. */
type Reading = { readonly form: RegExp; readonly take: (text: string) => Partial<Fields> };

const shortMonths = MONTHS.map((name) => name.slice(0, 3));
const anyOf = (names: readonly string[]) => new RegExp(names.join('|'), 'y');
const TWO = /\d{2}/y;
const ONE_OR_TWO = /\s*\d{1,2}/y;
const SECONDS = /\d{1,2}(?:[.,]\d+)?/y;
const reading = (form: RegExp, take: Reading['take'] = () => ({})): Reading => ({ form, take });
const numbered = (form: RegExp, field: keyof Fields): Reading =>
  reading(form, (text) => ({ [field]: Math.trunc(Number(text.replace(',', '.'))) }));

const READINGS: Readonly<Record<string, Reading>> = {
  January: reading(anyOf(MONTHS), (text) => ({ month: MONTHS.indexOf(text as never) + 1 })),
  Jan: reading(anyOf(shortMonths), (text) => ({ month: shortMonths.indexOf(text) + 1 })),
  Monday: reading(anyOf(DAYS)),
  Mon: reading(anyOf(DAYS.map((name) => name.slice(0, 3)))),
  MST: reading(/[A-Z]{3,5}/y),
  '2006': numbered(/\d{4}/y, 'year'),
  '06': reading(TWO, (text) => ({ year: Number(text) + (Number(text) < 69 ? 2000 : 1900) })),
  '01': numbered(TWO, 'month'),
  '1': numbered(ONE_OR_TWO, 'month'),
  '02': numbered(TWO, 'day'),
  _2: numbered(ONE_OR_TWO, 'day'),
  '2': numbered(ONE_OR_TWO, 'day'),
  '15': numbered(TWO, 'hour'),
  '03': numbered(TWO, 'hour'),
  '3': numbered(ONE_OR_TWO, 'hour'),
  '04': numbered(TWO, 'minute'),
  '4': numbered(ONE_OR_TWO, 'minute'),
  '05': numbered(SECONDS, 'second'),
  '5': numbered(SECONDS, 'second'),
  PM: reading(/AM|PM/y, (text) => ({ pm: text === 'PM' })),
  pm: reading(/am|pm/y, (text) => ({ pm: text === 'pm' })),
};

const OFFSET = reading(/Z|[+-]\d{2}(?::?\d{2})?/y, (text) => {
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{2}):?(\d{2})?/.exec(text) ?? [];
  return { ahead: (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1) };
});
/** Fractions are read with their seconds. */
const NOTHING = reading(/(?:)/y);

/** The time that a text is in one of Go's layouts, in UTC where it names no offset; undefined if it is none. */
export function parseTime(layout: string, text: string): Date | undefined {
  let fields: Fields = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, ahead: 0 };
  let [inLayout, at] = [0, 0];
  for (const { 0: part, index } of layout.matchAll(PARTS)) {
    const before = layout.slice(inLayout, index);
    const { form, take } = READINGS[part] ?? (/^[.,]/.test(part) ? NOTHING : OFFSET);
    form.lastIndex = at + before.length;
    const found = text.startsWith(before, at) ? form.exec(text)?.[0] : undefined;
    if (found === undefined) return undefined;
    fields = { ...fields, ...take(found) };
    at += before.length + found.length;
    inLayout = index + part.length;
  }
  return text.slice(at) === layout.slice(inLayout) ? timeOf(fields) : undefined;
}

function timeOf({ year, month, day, hour, minute, second, pm, ahead }: Fields): Date | undefined {
  const hours = pm === undefined ? hour : (hour % 12) + (pm ? 12 : 0);
  const isReal = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
  if (!isReal || hours > 23 || minute > 59 || second > 59) return undefined;
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hours, minute - ahead, second);
  return time;
}

function daysOf(year: number, month: number): number {
  const last = new Date(0);
  last.setUTCFullYear(year, month, 0);
  return last.getUTCDate();
}
