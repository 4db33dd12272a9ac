import { joined } from '../bytes.ts';
import { checkLength } from '../text-limit.ts';
import { checkSize } from '../value-size.ts';
import { kindOf, raw } from '../values.ts';
import type { Flags } from './numbers.ts';
import { described, formatValue, PLAIN } from './print.ts';

/** fmt.Sprintf: what is wrong with the arguments is written into the text, as `%!d(string=x)` (fmt, "Format errors"). */
export function sprintf(format: string, values: readonly unknown[]): string {
  values.forEach(checkSize);
  const reading: Reading = { format, at: 0, values, next: 0, reordered: false };
  let text = '';
  for (;;) {
    const percent = format.indexOf('%', reading.at);
    text += format.slice(reading.at, percent < 0 ? undefined : percent);
    if (percent < 0) break;
    checkLength(text.length);
    reading.at = percent + 1;
    text += directive(reading);
  }
  return joined(reading.reordered || reading.next >= values.length ? text : text + extra(values.slice(reading.next)));
}

function extra(values: readonly unknown[]): string {
  return `%!(EXTRA ${values.map((value) => described(value, PLAIN)).join(', ')})`;
}

/** Where a format has been read to, and which argument comes next. */
type Reading = {
  readonly format: string;
  at: number;
  readonly values: readonly unknown[];
  next: number;
  /** Whether any directive named its argument: what is left over then is nobody's mistake. */
  reordered: boolean;
};

/** The text of one directive: `%[flags][[index]width][.[[index]precision]][[index]]verb`. */
function directive(reading: Reading): string {
  const marks = takeMarks(reading);
  let index = takeIndex(reading);
  let isGood = index !== 'bad';
  const width = takeStar(reading, 'BADWIDTH') ?? takeNumber(reading);
  // An index belongs to a star or to the verb, not to digits.
  if (index === 'good' && 'digits' in width) isGood = false;
  if ('star' in width) index = 'none';
  let precision: Amount = {};
  if (takeIf(reading, '.')) {
    if (index === 'good') isGood = false;
    index = takeIndex(reading);
    if (index === 'bad') isGood = false;
    precision = takeStar(reading, 'BADPREC') ?? { digits: 0, ...takeNumber(reading) };
    if ('star' in precision) index = 'none';
  }
  if (index !== 'good' && takeIndex(reading) === 'bad') isGood = false;
  const before = (width.bad ?? '') + (precision.bad ?? '');
  return before + valueText(reading, isGood, flagsOf(marks, width, precision));
}

function valueText(reading: Reading, isGood: boolean, flags: Flags): string {
  const { format, values } = reading;
  if (reading.at >= format.length) return '%!(NOVERB)';
  const verb = String.fromCodePoint(format.codePointAt(reading.at) as number);
  reading.at += verb.length;
  if (verb === '%') return '%';
  if (!isGood) return `%!${verb}(BADINDEX)`;
  if (reading.next >= values.length) return `%!${verb}(MISSING)`;
  return formatValue(values[reading.next++], verb, flags);
}

function takeMarks(reading: Reading): string {
  const from = reading.at;
  while (reading.at < reading.format.length && '+-# 0'.includes(reading.format[reading.at] as string)) reading.at++;
  return reading.format.slice(from, reading.at);
}

function takeIf(reading: Reading, mark: string): boolean {
  if (reading.format[reading.at] !== mark) return false;
  reading.at++;
  return true;
}

/** `[n]` makes the n-th argument the next one. */
function takeIndex(reading: Reading): 'none' | 'good' | 'bad' {
  if (!takeIf(reading, '[')) return 'none';
  reading.reordered = true;
  const end = reading.format.indexOf(']', reading.at);
  if (end < 0) return 'bad';
  const inner = reading.format.slice(reading.at, end);
  reading.at = end + 1;
  const wanted = /^\d{1,7}$/.test(inner) ? Number(inner) - 1 : -1;
  if (wanted < 0 || wanted >= reading.values.length) return 'bad';
  reading.next = wanted;
  return 'good';
}

/** A width or precision: from the format, or by a star from the arguments; `bad` is what is written when it cannot be used. */
type Amount = { readonly digits?: number; readonly star?: number | undefined; readonly bad?: string };

const LARGEST = 1_000_000;

function takeStar(reading: Reading, complaint: 'BADWIDTH' | 'BADPREC'): Amount | undefined {
  if (!takeIf(reading, '*')) return undefined;
  const value = reading.values[reading.next];
  if (reading.next < reading.values.length) reading.next++;
  const kind = kindOf(value);
  const amount = kind === 'int' || kind === 'uint' ? Number(raw(value)) : Number.NaN;
  const isUsable = Math.abs(amount) <= LARGEST && (complaint === 'BADWIDTH' || amount >= 0);
  return isUsable ? { star: amount } : { star: undefined, bad: `%!(${complaint})` };
}

/** A number that is far too large swallows the rest of the format, as Go has it. */
function takeNumber(reading: Reading): Amount {
  const from = reading.at;
  let digits = 0;
  for (;;) {
    const digit = reading.format.charCodeAt(reading.at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    if (digits > LARGEST) {
      reading.at = reading.format.length;
      return {};
    }
    digits = digits * 10 + digit;
    reading.at++;
  }
  return reading.at > from ? { digits } : {};
}

function flagsOf(marks: string, width: Amount, precision: Amount): Flags {
  const wide = width.digits ?? width.star;
  const minus = marks.includes('-') || (wide !== undefined && wide < 0);
  return {
    plus: marks.includes('+'),
    minus,
    sharp: marks.includes('#'),
    space: marks.includes(' '),
    zero: marks.includes('0') && !minus,
    width: wide === undefined ? undefined : Math.abs(wide),
    precision: precision.digits ?? precision.star,
  };
}
