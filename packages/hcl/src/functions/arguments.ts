import { type BigFloat, isWhole, toBigInt, toDouble } from '../big-float.ts';
import { MAX_TEXT, TOO_LONG } from '../text-limit.ts';
import { anyType, boolType, numberType, stringType, type Type } from '../types.ts';
import type { Value } from '../values.ts';
import { type EagerFunction, FunctionError, type Param } from './function.ts';

/** A function of its parameters; they arrive converted, and not null unless they may be. */
export function define(params: readonly Param[], call: (...args: Value[]) => Value): EagerFunction {
  return { kind: 'eager', params, call: (args) => call(...args) };
}

/** A function with any number of further arguments. */
export function defineVariadic(
  params: readonly Param[],
  variadic: Param,
  call: (fixed: readonly Value[], rest: readonly Value[]) => Value,
): EagerFunction {
  const count = params.length;
  return { kind: 'eager', params, variadic, call: (args) => call(args.slice(0, count), args.slice(count)) };
}

export function param(name: string, type: Type): Param {
  return { name, type };
}

export const text = (name: string) => param(name, stringType);
export const number = (name: string) => param(name, numberType);
export const anything = (name: string) => param(name, anyType);
export const bool = (name: string) => param(name, boolType);

/** What a parameter's type has made sure of; anything else is a bug in a function's table. */
function unexpected(value: Value | undefined, wanted: string): never {
  throw new TypeError(`a ${wanted} was promised, but a ${value?.kind} came`);
}

export function textOf(value: Value | undefined): string {
  return value?.kind === 'string' ? value.value : unexpected(value, 'string');
}

export function numberOf(value: Value | undefined): BigFloat {
  return value?.kind === 'number' ? value.value : unexpected(value, 'number');
}

export function doubleOf(value: Value | undefined): number {
  return toDouble(numberOf(value));
}

/** A whole number in the range in which doubles are exact; anything else is refused. */
export function wholeOf(value: Value | undefined, name: string, argument?: number): number {
  const n = numberOf(value);
  if (!isWhole(n)) throw new FunctionError(`${name} must be a whole number`, argument);
  const whole = Number(toBigInt(n));
  if (!Number.isSafeInteger(whole)) throw new FunctionError(`${name} is too large`, argument);
  return whole;
}

/** The elements of a list, set or tuple. */
export function itemsOf(value: Value | undefined): readonly Value[] {
  if (value?.kind === 'list' || value?.kind === 'set' || value?.kind === 'tuple') return value.items;
  return unexpected(value, 'list');
}

export function isSequence(value: Value): boolean {
  return value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple';
}

/** @throws FunctionError when a text of that length is not to be made */
export function checkLength(characters: number): void {
  if (characters > MAX_TEXT) throw new FunctionError(TOO_LONG);
}
