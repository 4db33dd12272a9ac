/**
 * Numbers as HCL counts: binary floating point with a wide mantissa, rounded to nearest, ties to even.
 * The value is (-1)^negative · mantissa · 2^exponent. Numbers from a text have 512 bits; lengths and indexes 64, and
 * results of double arithmetic 53, which shows in how many digits a quotient of them prints.
 */
export type BigFloat = {
  readonly negative: boolean;
  readonly infinite: boolean;
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly precision: number;
};

const TEXT_PRECISION = 512;
const INTEGER_PRECISION = 64;
const DOUBLE_PRECISION = 53;

/** Beyond 2^±1,000,000 a number is infinite or zero: its digits would fill memory before they meant anything. */
const MAX_BITS = 1_000_000;
const MAX_DECIMAL_EXPONENT = 310_000;

export function zero(negative = false, precision = TEXT_PRECISION): BigFloat {
  return { negative, infinite: false, mantissa: 0n, exponent: 0, precision };
}

export function infinity(negative = false): BigFloat {
  return { negative, infinite: true, mantissa: 0n, exponent: 0, precision: TEXT_PRECISION };
}

function isZero(x: BigFloat): boolean {
  return !x.infinite && x.mantissa === 0n;
}

/** A whole number, as lengths, indexes and positions are. */
export function fromInteger(n: number | bigint): BigFloat {
  const value = BigInt(n);
  const magnitude = value < 0n ? -value : value;
  return round(value < 0n, magnitude, 0, Math.max(INTEGER_PRECISION, bitLength(magnitude)));
}

/** A double, exactly. NaN is not a number here either: it gives undefined. */
export function fromDouble(n: number): BigFloat | undefined {
  if (Number.isNaN(n)) return undefined;
  if (!Number.isFinite(n)) return infinity(n < 0);
  const { mantissa, exponent } = scaleToInteger(Math.abs(n));
  return round(n < 0 || Object.is(n, -0), mantissa, exponent, DOUBLE_PRECISION);
}

function scaleToInteger(n: number): { mantissa: bigint; exponent: number } {
  let exponent = 0;
  let value = n;
  while (!Number.isInteger(value)) {
    value *= 2;
    exponent--;
  }
  return { mantissa: BigInt(value), exponent };
}

const decimalNumber = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/;
const infiniteNumber = /^([+-]?)[iI]nf(?:inity)?$/;

/** Reads decimal notation; undefined when `text` is anything else. */
export function parseNumber(text: string, precision = TEXT_PRECISION): BigFloat | undefined {
  if (text.length < 16 && /^\d+$/.test(text)) return round(false, BigInt(text), 0, precision);
  const match = decimalNumber.exec(text);
  if (!match) {
    const infinite = infiniteNumber.exec(text);
    return infinite ? infinity(infinite[1] === '-') : undefined;
  }
  const [, sign, whole = '', fraction = '', bare = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction + bare);
  return scaleByTen(sign === '-', digits, Number(exponent) - fraction.length - bare.length, precision);
}

function scaleByTen(negative: boolean, digits: bigint, power: number, precision: number): BigFloat {
  if (digits === 0n) return zero(negative, precision);
  if (power > MAX_DECIMAL_EXPONENT) return infinity(negative);
  if (power < -2 * MAX_DECIMAL_EXPONENT) return zero(negative, precision);
  if (power >= 0) return round(negative, digits * 10n ** BigInt(power), 0, precision);
  return roundedQuotient(negative, digits, 10n ** BigInt(-power), precision);
}

function bitLength(n: bigint): number {
  if (n === 0n) return 0;
  const hex = n.toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0]!, 16)) + 28;
}

/** Brings any mantissa into the precision, and makes it odd, so that equal numbers look equal. */
function round(negative: boolean, mantissa: bigint, exponent: number, precision: number): BigFloat {
  if (mantissa === 0n) return zero(negative, precision);
  const excess = bitLength(mantissa) - precision;
  if (excess > 0) {
    const kept = mantissa >> BigInt(excess);
    const rest = mantissa - (kept << BigInt(excess));
    const half = 1n << BigInt(excess - 1);
    const up = rest > half || (rest === half && (kept & 1n) === 1n);
    return normal(negative, up ? kept + 1n : kept, exponent + excess, precision);
  }
  return normal(negative, mantissa, exponent, precision);
}

function normal(negative: boolean, mantissa: bigint, exponent: number, precision: number): BigFloat {
  const zeros = trailingZeros(mantissa);
  const odd = zeros === 0 ? mantissa : mantissa >> BigInt(zeros);
  const size = exponent + zeros;
  if (size > MAX_BITS) return infinity(negative);
  if (size < -2 * MAX_BITS) return zero(negative, precision);
  return { negative, infinite: false, mantissa: odd, exponent: size, precision };
}

function trailingZeros(n: bigint): number {
  if ((n & 1n) === 1n) return 0;
  let shift = 0;
  let rest = n;
  while ((rest & 0xffffffffn) === 0n) {
    rest >>= 32n;
    shift += 32;
  }
  const low = Number(rest & 0xffffffffn);
  return shift + 31 - Math.clz32(low & -low);
}

/** Divides with two spare bits and a sticky one, so that the final rounding is the only one. */
function roundedQuotient(negative: boolean, a: bigint, b: bigint, precision: number, exponent = 0): BigFloat {
  const shift = Math.max(0, precision + 2 - (bitLength(a) - bitLength(b)));
  const scaled = a << BigInt(shift);
  const quotient = scaled / b;
  const sticky = quotient * b === scaled ? 0n : 1n;
  return round(negative, (quotient << 1n) | sticky, exponent - shift - 1, precision);
}

export function negate(x: BigFloat): BigFloat {
  return { ...x, negative: !x.negative };
}

export function absolute(x: BigFloat): BigFloat {
  return x.negative ? negate(x) : x;
}

/** The sum, or undefined where none exists (∞ - ∞). */
export function add(a: BigFloat, b: BigFloat): BigFloat | undefined {
  if (a.infinite || b.infinite) {
    if (a.infinite && b.infinite && a.negative !== b.negative) return undefined;
    return a.infinite ? a : b;
  }
  const precision = Math.max(a.precision, b.precision);
  if (a.mantissa === 0n && b.mantissa === 0n) return zero(a.negative && b.negative, precision);
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = signed(a, exponent) + signed(b, exponent);
  return round(sum < 0n, sum < 0n ? -sum : sum, exponent, precision);
}

function signed(x: BigFloat, exponent: number): bigint {
  const magnitude = x.mantissa << BigInt(x.mantissa === 0n ? 0 : x.exponent - exponent);
  return x.negative ? -magnitude : magnitude;
}

export function subtract(a: BigFloat, b: BigFloat): BigFloat | undefined {
  return add(a, negate(b));
}

/** The product, or undefined where none exists (0 · ∞). */
export function multiply(a: BigFloat, b: BigFloat): BigFloat | undefined {
  const negative = a.negative !== b.negative;
  if (a.infinite || b.infinite) return isZero(a) || isZero(b) ? undefined : infinity(negative);
  const product = a.mantissa * b.mantissa;
  const wanted = Math.max(a.precision, b.precision);
  const precision = Math.max(wanted, Math.min(bitLength(product), TEXT_PRECISION));
  return round(negative, product, a.exponent + b.exponent, precision);
}

/** The quotient, or undefined where none exists (0 / 0, ∞ / ∞). Anything else divided by zero is infinite. */
export function divide(a: BigFloat, b: BigFloat): BigFloat | undefined {
  const negative = a.negative !== b.negative;
  if (a.infinite) return b.infinite ? undefined : infinity(negative);
  if (isZero(b)) return isZero(a) ? undefined : infinity(negative);
  const precision = Math.max(a.precision, b.precision);
  if (b.infinite || isZero(a)) return zero(negative, precision);
  return roundedQuotient(negative, a.mantissa, b.mantissa, precision, a.exponent - b.exponent);
}

/** What is left of `a` when whole `b`s are taken away; it has the sign of `a`. A remainder by zero is `a` itself. */
export function remainder(a: BigFloat, b: BigFloat): BigFloat | undefined {
  if (a.infinite || b.infinite) return multiply(a, b);
  if (isZero(b)) return a;
  const quotient = divide(a, b);
  const product = quotient && multiply(truncate(quotient), b);
  return product && subtract(a, product);
}

/** Without the part behind the point; zero has no sign then. */
function truncate(x: BigFloat): BigFloat {
  if (x.infinite || (x.exponent >= 0 && x.mantissa !== 0n)) return x;
  const whole = x.mantissa >> BigInt(-x.exponent);
  return round(whole !== 0n && x.negative, whole, 0, x.precision);
}

export function floor(x: BigFloat): BigFloat {
  const whole = truncate(x);
  return x.negative && compare(whole, x) !== 0 ? add(whole, minusOne)! : whole;
}

export function ceiling(x: BigFloat): BigFloat {
  const whole = truncate(x);
  return !x.negative && compare(whole, x) !== 0 ? add(whole, one)! : whole;
}

const one = fromInteger(1);
const minusOne = fromInteger(-1);

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`. */
export function compare(a: BigFloat, b: BigFloat): number {
  if (a.infinite || b.infinite) return infiniteRank(a) - infiniteRank(b);
  const exponent = Math.min(a.exponent, b.exponent);
  const difference = signed(a, exponent) - signed(b, exponent);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function infiniteRank(x: BigFloat): number {
  return x.infinite ? (x.negative ? -1 : 1) : 0;
}

/** Whether there is nothing behind the point. */
export function isWhole(x: BigFloat): boolean {
  return !x.infinite && (x.mantissa === 0n || x.exponent >= 0);
}

/** The whole part as a bigint; infinite numbers have none. */
export function toBigInt(x: BigFloat): bigint | undefined {
  if (x.infinite) return undefined;
  const magnitude = x.exponent >= 0 ? x.mantissa << BigInt(x.exponent) : x.mantissa >> BigInt(-x.exponent);
  return x.negative ? -magnitude : magnitude;
}

/** The nearest double. */
export function toDouble(x: BigFloat): number {
  const sign = x.negative ? -1 : 1;
  if (x.infinite) return sign * Number.POSITIVE_INFINITY;
  if (x.mantissa < 9007199254740992n && Math.abs(x.exponent) < 900) {
    return sign * Number(x.mantissa) * 2 ** x.exponent;
  }
  const { digits, point } = shortestDecimal(x);
  return sign * Number(`0.${digits}e${point}`);
}

/** Digits without leading or trailing zeros; the value is 0.DIGITS · 10^point. Zero has no digits. */
export type Decimal = { digits: string; point: number };

/** All digits. */
export function exactDecimal(x: BigFloat): Decimal {
  if (isZero(x)) return { digits: '', point: 0 };
  return decimalOf(toDecimalUnits(x.mantissa, x.exponent), x.exponent);
}

/** Multiplies so that the last digit of the result stands for 10^min(0, exponent). */
function toDecimalUnits(mantissa: bigint, exponent: number): bigint {
  return exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
}

function decimalOf(units: bigint, exponent: number): Decimal {
  const text = units.toString();
  return trimmed({ digits: text, point: text.length + Math.min(0, exponent) });
}

function trimmed({ digits, point }: Decimal): Decimal {
  const kept = digits.replace(/0+$/, '');
  return { digits: kept, point: kept === '' ? 0 : point };
}

/** The fewest digits that still read back as the same number in its precision, and among those the nearest. */
export function shortestDecimal(x: BigFloat): Decimal {
  const unit = x.exponent + bitLength(x.mantissa) - x.precision;
  if (isZero(x) || (x.exponent >= 0 && unit <= 0)) return exactDecimal(x);
  const exponent = unit - 1;
  const middle = x.mantissa << BigInt(x.exponent - exponent);
  const mayTouch = ((middle >> 1n) & 1n) === 0n;
  const [low, value, high] = [middle - 1n, middle, middle + 1n].map((m) => toDecimalUnits(m, exponent));
  return shortestBetween({ low: low!, value: value!, high: high!, mayTouch, exponent });
}

type Interval = { low: bigint; value: bigint; high: bigint; mayTouch: boolean; exponent: number };

function shortestBetween({ low, value, high, mayTouch, exponent }: Interval): Decimal {
  const width = high.toString().length;
  const digits = value.toString().padStart(width, '0');
  const lowest = low.toString().padStart(width, '0');
  for (let n = Math.max(1, commonPrefix(lowest, high.toString())); n < width; n++) {
    const step = 10n ** BigInt(width - n);
    const down = BigInt(digits.slice(0, n)) * step;
    const up = down + step;
    const downFits = mayTouch ? down >= low : down > low;
    const upFits = mayTouch ? up <= high : up < high;
    if (!downFits && !upFits) continue;
    const takeUp = upFits && (!downFits || isNearerUp(value, down, step));
    return shortened(takeUp ? up : down, width, exponent);
  }
  return shortened(value, width, exponent);
}

function isNearerUp(value: bigint, down: bigint, step: bigint): boolean {
  const twice = (value - down) * 2n;
  return twice > step || (twice === step && ((down / step) & 1n) === 1n);
}

function shortened(units: bigint, width: number, exponent: number): Decimal {
  const text = units.toString().padStart(width, '0');
  const leading = /^0*/.exec(text)![0].length;
  return trimmed({ digits: text.slice(leading), point: text.length - leading + Math.min(0, exponent) });
}

function commonPrefix(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

/** Plain notation, with as many digits as tell the number from its neighbours. */
export function numberToText(x: BigFloat): string {
  const sign = x.negative ? '-' : '';
  if (x.infinite) return x.negative ? '-Inf' : '+Inf';
  if (x.exponent === 0 || x.mantissa === 0n) return sign + x.mantissa.toString();
  return sign + plainDigits(shortestDecimal(x));
}

function plainDigits({ digits, point }: Decimal): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
