import { FunctionError } from '../errors.ts';
import type { FunctionSet } from '../functions.ts';
import { type Complex, compareStrings, complexOf, type Kind, kindOf, raw, typeName } from '../values.ts';

const MIXED = 'incompatible types for comparison';

/** `eq ne lt le gt ge` (text/template, "Functions"): `eq` takes several second arguments. */
export const compare: FunctionSet = {
  /** Whether a equals any of the others. */
  eq: { min: 1, call: (first, ...others) => equalsAny(first, others) },
  /** Whether they differ. */
  ne: { min: 2, max: 2, call: (a, b) => !equalsAny(a, [b]) },
  /** Whether a is less than b. */
  lt: { min: 2, max: 2, call: (a, b) => order(a, b) < 0 },
  /** Whether a is at most b. */
  le: { min: 2, max: 2, call: (a, b) => order(a, b) <= 0 },
  /** Whether a is greater than b. */
  gt: { min: 2, max: 2, call: (a, b) => order(a, b) > 0 },
  /** Whether a is at least b. */
  ge: { min: 2, max: 2, call: (a, b) => order(a, b) >= 0 },
};

function equalsAny(first: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new FunctionError('missing argument for comparison');
  return others.some((other) => equal(first, other));
}

function equal(a: unknown, b: unknown): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  const kind = group(a);
  if (kind !== group(b)) throw new FunctionError(MIXED);
  if (kind === 'other') throw new FunctionError(`uncomparable type ${typeName(a)}`);
  if (kind === 'integer') return whole(a) === whole(b);
  return kind === 'complex' ? sameComplex(complexOf(a), complexOf(b)) : raw(a) === raw(b);
}

function order(a: unknown, b: unknown): number {
  const kind = group(a);
  if (kind !== group(b)) throw new FunctionError(MIXED);
  if (kind === 'integer') return whole(a) < whole(b) ? -1 : Number(whole(a) > whole(b));
  // NaN is neither less nor greater nor equal.
  if (kind === 'float') return Number(raw(a)) - Number(raw(b));
  if (kind === 'string') return compareStrings(String(raw(a)), String(raw(b)));
  throw new FunctionError(
    kind === 'bool' || kind === 'complex' ? 'invalid type for comparison' : `${typeName(a)} has no order`,
  );
}

/** Signed and unsigned integers compare by value; nothing else crosses kinds. */
function group(value: unknown): (typeof BASIC)[number] | 'integer' | 'other' {
  const kind: Kind = kindOf(value);
  if (kind === 'int' || kind === 'uint') return 'integer';
  return BASIC.find((basic) => basic === kind) ?? 'other';
}

const BASIC = ['bool', 'string', 'float', 'complex'] as const;

function sameComplex(a: Complex, b: Complex): boolean {
  return a.re === b.re && a.im === b.im;
}

function whole(value: unknown): bigint {
  return BigInt(raw(value) as number | bigint);
}

function isNil(value: unknown): boolean {
  return value === undefined || value === null;
}
