/** Blowfish begins with the binary digits of pi behind the point: 18 subkeys, then four boxes of 256 words. */
type BlowfishTables = { p: Uint32Array; s: Uint32Array };

const WORDS = 18 + 4 * 256;
let tables: BlowfishTables | undefined;

/** Computed at first use, which takes some milliseconds; must not be changed. */
export function blowfishTables(): BlowfishTables {
  if (!tables) {
    const words = fractionOfPi();
    tables = { p: words.slice(0, 18), s: words.slice(18) };
  }
  return tables;
}

/** Machin's formula, pi = 16 arctan(1/5) - 4 arctan(1/239), in fixed point with some bits to spare. */
function fractionOfPi(): Uint32Array {
  const bits = BigInt(32 * WORDS);
  const spare = 64n;
  const one = 1n << (bits + spare);
  const pi = 16n * arctanInverse(5n, one) - 4n * arctanInverse(239n, one);
  const fraction = (pi - 3n * one) >> spare;
  const hex = fraction.toString(16).padStart(8 * WORDS, '0');
  return Uint32Array.from({ length: WORDS }, (_, i) => Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16));
}

/** arctan(1/n) = 1/n - 1/3n³ + 1/5n⁵ - … */
function arctanInverse(n: bigint, one: bigint): bigint {
  let power = one / n;
  let sum = power;
  for (let k = 3n, sign = -1n; power > 0n; k += 2n, sign = -sign) {
    power /= n * n;
    sum += (sign * power) / k;
  }
  return sum;
}
