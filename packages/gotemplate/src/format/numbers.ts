import { binaryFloat, hexFloat } from './binary-floats.ts';

/** Directives of one verb: `%+08.3f` is plus, zero, width 8, precision 3. */
export type Flags = {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
};

const BASES: Readonly<Record<string, { base: number; prefix: string }>> = {
  b: { base: 2, prefix: '0b' },
  o: { base: 8, prefix: '0' },
  O: { base: 8, prefix: '0o' },
  d: { base: 10, prefix: '' },
  x: { base: 16, prefix: '0x' },
  X: { base: 16, prefix: '0X' },
};

/** An integer under `%b %d %o %O %x %X` (fmt, "Integer"); `undefined` for another verb. */
export function formatInteger(value: bigint, verb: string, flags: Flags): string | undefined {
  const how = BASES[verb];
  if (how === undefined) return undefined;
  const sign = signOf(value < 0n, flags);
  const plain = (value < 0n ? -value : value).toString(how.base);
  const digits = verb === 'X' ? plain.toUpperCase() : plain;
  if (flags.precision === 0 && value === 0n) return pad('', { ...flags, zero: false });
  const long = digits.padStart(flags.precision ?? 0, '0');
  const prefix = verb === 'O' || (flags.sharp && !(verb === 'o' && long.startsWith('0'))) ? how.prefix : '';
  const zeroed = flags.zero && !flags.minus && flags.precision === undefined;
  return padNumber(sign, prefix, long, { ...flags, zero: zeroed });
}

/** A float under `%b %e %E %f %F %g %G %v %x %X` (fmt, "Floating-point"); `undefined` for another verb. */
export function formatFloat(value: number, verb: string, flags: Flags): string | undefined {
  if (!'beEfFgGvxX'.includes(verb)) return undefined;
  const negative = value < 0 || Object.is(value, -0);
  const sign = signOf(negative, flags);
  if (Number.isNaN(value)) return pad(flags.plus ? '+NaN' : 'NaN', { ...flags, zero: false });
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return pad(`${sign || '+'}Inf`, { ...flags, zero: false });
  const digits = floatDigits(size, verb, flags);
  return padNumber(sign, '', 'EGX'.includes(verb) ? digits.toUpperCase() : digits, flags);
}

function floatDigits(size: number, verb: string, flags: Flags): string {
  const point = (text: string, digits: number) => (flags.sharp ? withPoint(text, digits) : text);
  switch (verb.toLowerCase()) {
    case 'b':
      return binaryFloat(size);
    case 'x':
      return hexFloat(size, flags.precision);
    case 'e':
      return point(exponential(size, flags.precision ?? 6), 0);
    case 'f':
      return point(fixed(size, flags.precision ?? 6), 0);
    case 'g':
      return point(general(size, flags.precision), flags.precision || 6);
    default:
      return general(size, flags.precision);
  }
}

/** `#`: there is a point, and `%g` keeps its zeros up to so many digits. */
function withPoint(text: string, digits: number): string {
  const [, mantissa = '', tail = ''] = /^([^e]*)(.*)$/.exec(text) ?? [];
  const pointed = mantissa.includes('.') ? mantissa : `${mantissa}.`;
  const significant = /^0\.$/.test(pointed) ? 1 : pointed.replace('.', '').replace(/^0+/, '').length;
  return pointed + '0'.repeat(Math.max(0, digits - significant)) + tail;
}

/** JavaScript writes at most 100 digits behind the point; a double is written in full by fewer than 1,100. */
const MOST_DIGITS = 100;

function exponential(size: number, precision: number): string {
  const text = exponent(size.toExponential(Math.min(precision, MOST_DIGITS)));
  return text.replace('e', `${'0'.repeat(Math.max(0, precision - MOST_DIGITS))}e`);
}

/** `%g`: written out for exponents from -4 up to the precision, or below 6 when all digits are wanted. */
function general(size: number, precision: number | undefined): string {
  const significant = precision === undefined ? undefined : Math.max(precision, 1);
  const scientific = size.toExponential(significant === undefined ? undefined : Math.min(significant - 1, MOST_DIGITS));
  const [mantissa = '0', power = '0'] = scientific.split('e');
  const exponentValue = Number(power);
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  const largest = significant ?? 6;
  if (exponentValue < -4 || exponentValue >= largest) {
    const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
    return exponent(`${short}e${power}`);
  }
  return writtenOut(digits, exponentValue);
}

function writtenOut(digits: string, power: number): string {
  if (power < 0) return `0.${'0'.repeat(-power - 1)}${digits || '0'}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0');
  const fraction = digits.slice(power + 1);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Go writes exponents with a sign and at least two digits. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function fixed(size: number, precision: number): string {
  if (size < 1e21) return halfToEven(size, Math.min(precision, 60));
  const whole = BigInt(size).toString();
  return precision === 0 ? whole : `${whole}.${'0'.repeat(precision)}`;
}

/** Go rounds an exact half to the even digit, JavaScript away from zero. */
function halfToEven(size: number, precision: number): string {
  const rounded = size.toFixed(precision);
  const exact = size.toFixed(precision + 40);
  const cut = exact.length - 40;
  if (!/^50*$/.test(exact.slice(cut))) return rounded;
  const down = exact.slice(0, cut).replace(/\.$/, '');
  return '02468'.includes(down.at(-1) ?? '') ? down : rounded;
}

function signOf(negative: boolean, flags: Flags): string {
  if (negative) return '-';
  if (flags.plus) return '+';
  return flags.space ? ' ' : '';
}

/** Zeros go between the sign and the digits, spaces outside. */
function padNumber(sign: string, prefix: string, digits: string, flags: Flags): string {
  const head = sign + prefix;
  if (flags.zero && !flags.minus) return head + digits.padStart((flags.width ?? 0) - sign.length, '0');
  return pad(head + digits, flags);
}

/** Pads to the width, counted in code points. */
export function pad(text: string, flags: Flags): string {
  // A long text is not taken apart for a width that it has in any case.
  if (flags.width === undefined || text.length >= 2 * flags.width) return text;
  const missing = flags.width - [...text].length;
  if (missing <= 0) return text;
  if (flags.minus) return text + ' '.repeat(missing);
  return (flags.zero ? '0' : ' ').repeat(missing) + text;
}
