import type { FunctionSet } from '../functions.ts';
import { isTrue } from '../values.ts';

/** `and` and `or` give the argument that decides; the evaluator stops at it, so what follows never runs. */
export const logic: FunctionSet = {
  and: { min: 1, call: (...values) => values.find((value) => !isTrue(value)) ?? values.at(-1) },
  or: { min: 1, call: (...values) => values.find(isTrue) ?? values.at(-1) },
  not: { min: 1, max: 1, call: (value) => !isTrue(value) },
};
