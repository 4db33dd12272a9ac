import { type BigFloat, type Decimal, exactDecimal, shortestDecimal } from '../big-float.ts';

type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G';

/** A number in the notation of a verb. Without a precision `g` shows as many digits as it takes, the others six. */
export function formatFloat(x: BigFloat, verb: FloatVerb, precision: number | undefined, flags: string): string {
  if (x.infinite) return x.negative ? '-Inf' : '+Inf';
  const shown = magnitude(x, verb, precision);
  return signOf(x.negative, flags) + (verb === 'E' || verb === 'G' ? shown.toUpperCase() : shown);
}

/** A minus, or what the flags want in its place. */
export function signOf(negative: boolean, flags: string): string {
  if (negative) return '-';
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

function magnitude(x: BigFloat, verb: FloatVerb, precision: number | undefined): string {
  switch (verb) {
    case 'f':
      return fixed(exactDecimal(x), precision ?? 6);
    case 'e':
    case 'E': {
      const places = precision ?? 6;
      return scientific(rounded(exactDecimal(x), places + 1), places);
    }
    default:
      return general(x, precision);
  }
}

/** Below 10^-4, and from 10^6 (or the precision, or the number of digits before the point) on: scientific. */
function general(x: BigFloat, precision: number | undefined): string {
  const decimal = precision === undefined ? shortestDecimal(x) : rounded(exactDecimal(x), Math.max(1, precision));
  const { digits, point } = decimal;
  const exponent = digits === '' ? 0 : point - 1;
  const limit = precision === undefined ? 6 : generalLimit(Math.max(1, precision), decimal);
  if (exponent < -4 || exponent >= limit) return scientific(decimal, Math.max(0, digits.length - 1));
  return fixed(decimal, Math.max(0, digits.length - point));
}

function generalLimit(precision: number, { digits, point }: Decimal): number {
  return precision > digits.length && digits.length >= point ? digits.length : precision;
}

/** To so many significant digits, ties to even. */
function rounded({ digits, point }: Decimal, count: number): Decimal {
  if (digits.length <= count) return { digits, point };
  if (count < 0) return { digits: '', point: 0 };
  const kept = digits.slice(0, count);
  if (!roundsUp(digits, count)) return { digits: kept.replace(/0+$/, ''), point };
  const next = (BigInt(`0${kept}`) + 1n).toString().padStart(count, '0');
  return { digits: next.replace(/0+$/, ''), point: point + next.length - count };
}

function roundsUp(digits: string, count: number): boolean {
  const rest = digits.slice(count);
  if (rest[0] !== '5') return rest[0]! > '5';
  if (/[1-9]/.test(rest.slice(1))) return true;
  return count > 0 && Number(digits[count - 1]) % 2 === 1;
}

function fixed(decimal: Decimal, places: number): string {
  const { digits, point } = rounded(decimal, decimal.point + places);
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (places === 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(Math.min(places, -point)) + digits;
  return `${whole}.${fraction.padEnd(places, '0')}`;
}

function scientific({ digits, point }: Decimal, places: number): string {
  const exponent = digits === '' ? 0 : point - 1;
  const mantissa = places === 0 ? digits[0] || '0' : `${digits[0] || '0'}.${digits.slice(1).padEnd(places, '0')}`;
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
