import { floatOf } from './casts.ts';

/** A decimal fraction: `digits` without the last `scale` of them as its fraction. 0.1 and 0.2 are 0.3. */
export type Decimal = {
  plus(other: Decimal): Decimal;
  minus(other: Decimal): Decimal;
  times(other: Decimal): Decimal;
  readonly digits: bigint;
  readonly scale: number;
};

/** Beyond this the digits say nothing. */
const MAX_SCALE = 60;

/** The shortest decimal fraction that stands for the number. */
export function decimalOf(value: unknown): Decimal {
  const number = floatOf(value);
  const [mantissa = '0', exponent = '0'] = (Number.isFinite(number) ? number : 0).toString().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale < 0 ? decimal(digits * 10n ** BigInt(-scale), 0) : decimal(digits, scale);
}

export function numberOf({ digits, scale }: Decimal): number {
  return Number(`${digits}e-${scale}`);
}

function decimal(digits: bigint, scale: number): Decimal {
  const over = Math.max(0, scale - MAX_SCALE);
  const kept = digits / 10n ** BigInt(over);
  const self: Decimal = {
    digits: kept,
    scale: scale - over,
    plus: (other) => aligned(self, other, (a, b) => a + b),
    minus: (other) => aligned(self, other, (a, b) => a - b),
    times: (other) => decimal(self.digits * other.digits, self.scale + other.scale),
  };
  return self;
}

function aligned(a: Decimal, b: Decimal, of: (a: bigint, b: bigint) => bigint): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const at = (one: Decimal) => one.digits * 10n ** BigInt(scale - one.scale);
  return decimal(of(at(a), at(b)), scale);
}
