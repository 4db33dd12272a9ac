import type { Kind } from './values.ts';

/**
 * A function that templates call. Arguments come as `values.ts` describes them (a missing key is
 * `undefined`, nil is `null`); the result goes back in the same form. It throws a `FunctionError`
 * (or any error) when it cannot work: the evaluator adds place and name.
 */
export type TemplateFunction = {
  readonly call: (...args: readonly unknown[]) => unknown;
  /** What the first arguments have to be; the call fails at the argument that is something else. */
  readonly params?: readonly Parameter[];
  /** Fewest and most arguments; a missing `max` means any number. */
  readonly min?: number;
  readonly max?: number;
};

/** A kind of value, or the Go type of a list or map: `[]string`. */
export type Parameter = Kind | 'any' | `[]${string}` | `map[${string}]${string}`;

/** Plug-in: names and what they call. */
export type FunctionSet = Readonly<Record<string, TemplateFunction>>;

/** Many sets as one table; a later set replaces an earlier one's names. */
export function joinFunctions(sets: readonly FunctionSet[]): ReadonlyMap<string, TemplateFunction> {
  const table = new Map<string, TemplateFunction>();
  for (const set of sets) {
    for (const [name, entry] of Object.entries(set)) table.set(name, entry);
  }
  return table;
}
