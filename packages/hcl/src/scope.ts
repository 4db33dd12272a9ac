import type { Traversal } from './ast.ts';
import type { HclFunction } from './functions/function.ts';
import type { Value } from './values.ts';

/**
 * What names mean. Names that are not found are looked up in `parent`.
 * `unresolved` is asked about a reference whose first name nobody knows; `source` is its text, which includes the blanks
 * around it when it stands alone in an interpolation. Without an answer the reference is a mistake.
 * `absent` knows more to say of an attribute that a variable does not have than just that.
 * `budget` bounds what all evaluations in this scope, and in those inside of it, may take together.
 */
export type Scope = {
  variables: ReadonlyMap<string, Value>;
  functions: ReadonlyMap<string, HclFunction>;
  parent?: Scope;
  unresolved?: (traversal: Traversal, source: string) => Value | undefined;
  absent?: (variable: string, name: string) => Absence | undefined;
  budget?: Budget;
};

/** What is wrong, as a sentence, and what to do about it. */
export type Absence = { detail: string; remedy: string };

/** How many more expressions may be evaluated; each 64 characters of a text that is made count as one, too. It is counted down. */
export type Budget = { left: number };

export function findBudget(scope: Scope): Budget | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) if (s.budget) return s.budget;
  return undefined;
}

export function findVariable(scope: Scope, name: string): Value | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const value = s.variables.get(name);
    if (value) return value;
  }
  return undefined;
}

export function findFunction(scope: Scope, name: string): HclFunction | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const found = s.functions.get(name);
    if (found) return found;
  }
  return undefined;
}

export function askUnresolved(scope: Scope, traversal: Traversal, source: string): Value | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    if (s.unresolved) return s.unresolved(traversal, source);
  }
  return undefined;
}

export function askAbsent(scope: Scope, variable: string, name: string): Absence | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    if (s.absent) return s.absent(variable, name);
  }
  return undefined;
}

/** Every variable in reach, for "did you mean". */
export function variableNames(scope: Scope): string[] {
  return [...scope.variables.keys(), ...(scope.parent ? variableNames(scope.parent) : [])];
}

export function functionNames(scope: Scope): string[] {
  return [...scope.functions.keys(), ...(scope.parent ? functionNames(scope.parent) : [])];
}
