import type { FunctionSet } from '../functions.ts';
import { isTrue } from '../values.ts';

/** `and` and `or` give the argument that decides; the evaluator stops at it, so what follows never runs. */
export const logic: FunctionSet = {
  /** The first argument that is empty, or the last one; what follows is not evaluated. */
  and: { min: 1, call: (...values) => values.find((value) => !isTrue(value)) ?? values.at(-1) },
  /** The first argument that is not empty, or the last one; what follows is not evaluated. */
  or: { min: 1, call: (...values) => values.find(isTrue) ?? values.at(-1) },
  /** The opposite. */
  not: { min: 1, max: 1, call: (value) => !isTrue(value) },
};
