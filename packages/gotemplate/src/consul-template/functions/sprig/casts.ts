import { FunctionError } from '../../../errors.ts';
import { sprint } from '../../../format/print.ts';
import type { FunctionSet, TemplateFunction } from '../../../functions.ts';
import { items, kindOf, raw, Typed, typeName } from '../../../values.ts';

/** What Sprig's functions take for what: most of them take any value, and make the best of it. */

/** A value as a text, as `%v` prints it. */
export function textOfValue(value: unknown): string {
  return typeof raw(value) === 'string' ? String(raw(value)) : sprint([value]);
}

/** A whole number; 0 for what is none. Texts may be decimal, octal (`017`) or hexadecimal (`0x1f`). */
export function wholeOf(value: unknown): bigint {
  const inner = raw(value);
  switch (kindOf(value)) {
    case 'int':
    case 'uint':
      return BigInt(inner as number | bigint);
    case 'float':
      return Number.isFinite(inner) ? BigInt(Math.trunc(inner as number)) : 0n;
    case 'bool':
      return inner === true ? 1n : 0n;
    case 'string':
      return wholeOfText(String(inner));
    default:
      return 0n;
  }
}

function wholeOfText(text: string): bigint {
  const [, sign = '', digits = ''] = /^([+-]?)(\d[\da-fA-FxXoObB_]*?)(?:\.0*)?$/.exec(text.trim()) ?? [];
  const number = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.replaceAll('_', '');
  if (!/^(?:\d+|0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.test(number)) return 0n;
  const value = BigInt(number);
  return BigInt.asIntN(64, sign === '-' ? -value : value);
}

export function floatOf(value: unknown): number {
  const inner = raw(value);
  switch (kindOf(value)) {
    case 'int':
    case 'uint':
    case 'float':
      return Number(inner);
    case 'bool':
      return inner === true ? 1 : 0;
    case 'string':
      return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(String(inner)) ? Number(inner) : 0;
    default:
      return 0;
  }
}

/** A count that is used as an index or a length. */
export function countOf(value: unknown): number {
  return Number(wholeOf(value));
}

export function int64(value: bigint): Typed {
  return new Typed('int64', BigInt.asIntN(64, value));
}

export function float64(value: number): Typed {
  return new Typed('float64', value);
}

export function textList(texts: readonly string[]): Typed {
  return new Typed('[]string', texts);
}

/** The elements of a list. @throws FunctionError */
export function listOf(name: string, value: unknown): readonly unknown[] {
  if (kindOf(value) !== 'list') throw new FunctionError(`${name}: cannot work on type ${typeName(value)}`);
  return items(value);
}

/** A function of so many values of any kind. */
export function ofValues(count: number, call: TemplateFunction['call']): TemplateFunction {
  return { min: count, max: count, call };
}

/** Each function also as `mustX`: those that fail do so under either name. */
export function alsoMust(set: FunctionSet): FunctionSet {
  const must = Object.entries(set).map(([name, entry]) => [
    `must${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    entry,
  ]);
  return { ...set, ...Object.fromEntries(must) };
}
