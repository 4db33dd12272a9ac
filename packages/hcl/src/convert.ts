import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** Why a value cannot become another type; `path` leads to the guilty part: `.a[0]`. */
export type ConversionFailure = { failure: string; path: string };

/** Converts by HCL's rules: numbers and bools from and to strings, tuples to lists, objects to maps, and inside them. */
export function convert(_value: Value, _type: Type): Value | ConversionFailure {
  throw new Error('being written');
}

export function isFailure(result: Value | ConversionFailure): result is ConversionFailure {
  return 'failure' in result;
}
