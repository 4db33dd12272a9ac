const FRACTION_BITS = 52n;
const FRACTION_DIGITS = 13;
const BIAS = 1023;

/** `0x1.8p+00` (fmt, `%x`): a hexadecimal fraction and a power of two; without a precision as many digits as it needs. */
export function hexFloat(size: number, precision: number | undefined): string {
  const { mantissa, exponent } = normalized(size);
  const digits = Math.min(precision ?? FRACTION_DIGITS, FRACTION_DIGITS);
  const rounded = roundHalfEven(mantissa, BigInt(4 * (FRACTION_DIGITS - digits)));
  // Rounding up may have carried into the next power of two.
  const carried = rounded >> BigInt(4 * digits) > 1n;
  const text = (carried ? rounded >> 1n : rounded).toString(16).padStart(digits + 1, '0');
  const fraction = precision === undefined ? text.slice(1).replace(/0+$/, '') : text.slice(1).padEnd(precision, '0');
  return `0x${text[0]}${fraction === '' ? '' : `.${fraction}`}p${signed(exponent + (carried ? 1 : 0), 2)}`;
}

/** `6755399441055744p-52` (fmt, `%b`): the mantissa as it is stored, and a power of two. */
export function binaryFloat(size: number): string {
  const { mantissa, exponent } = stored(size);
  return `${mantissa}p${signed(exponent - Number(FRACTION_BITS), 1)}`;
}

/** One bit before the point, if there is any. */
function normalized(size: number): { mantissa: bigint; exponent: number } {
  let { mantissa, exponent } = stored(size);
  if (mantissa === 0n) return { mantissa, exponent: 0 };
  for (; mantissa >> FRACTION_BITS === 0n; mantissa <<= 1n) exponent -= 1;
  return { mantissa, exponent };
}

function stored(size: number): { mantissa: bigint; exponent: number } {
  const bits = new BigUint64Array(Float64Array.of(size).buffer)[0] ?? 0n;
  const fraction = BigInt.asUintN(Number(FRACTION_BITS), bits);
  const exponent = Number(bits >> FRACTION_BITS);
  if (exponent === 0) return { mantissa: fraction, exponent: 1 - BIAS };
  return { mantissa: fraction | (1n << FRACTION_BITS), exponent: exponent - BIAS };
}

function roundHalfEven(value: bigint, bits: bigint): bigint {
  if (bits === 0n) return value;
  const rest = BigInt.asUintN(Number(bits), value);
  const half = 1n << (bits - 1n);
  const whole = value >> bits;
  return rest > half || (rest === half && (whole & 1n) === 1n) ? whole + 1n : whole;
}

function signed(exponent: number, digits: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(digits, '0')}`;
}
