import type { HclFunction } from './function.ts';

/** Every function that needs nothing from outside the expression. */
export const standardFunctions: ReadonlyMap<string, HclFunction> = new Map();
