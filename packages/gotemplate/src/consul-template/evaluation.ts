import { FunctionError } from '../errors.ts';
import type { Typed } from '../values.ts';
import { type Dependency, nameOf } from './dependency.ts';

/** What is known so far, by the dependency's name: the value, or `undefined` while there is none. */
export type Known = (name: string) => unknown;

/** One evaluation of a template: what it asks for is remembered, and what is not known yet as well. */
export type Evaluation = {
  /** The value, or `undefined` if it is not known yet. */
  need(dependency: Dependency): unknown;
  /** The template cannot be used as it is: it waits for this. */
  wait(dependency: Dependency): void;
  /** The template's scratch pad: it begins empty. */
  readonly scratch: Typed;
  /** Accounts for so many elements that a function goes through. Throws FunctionError when there were too many. */
  spend(elements: number): void;
  /** Runs a template that is defined in this one. */
  execute(name: string, data: unknown): string;
};

/** What functions reach the running evaluation by. */
export type Current = () => Evaluation;

export type Record = { readonly used: Map<string, Dependency>; readonly missing: Map<string, Dependency> };

/** Of lists and maps, in one evaluation: functions make new ones out of them at each call. */
const MOST_ELEMENTS = 20_000_000;

/** The part of an evaluation that keeps the account. */
export function recorder(known: Known): Record & Pick<Evaluation, 'need' | 'wait' | 'spend'> {
  let spent = 0;
  const used = new Map<string, Dependency>();
  const missing = new Map<string, Dependency>();
  return {
    used,
    missing,
    need(dependency) {
      const name = nameOf(dependency);
      used.set(name, dependency);
      const value = known(name);
      if (value === undefined) missing.set(name, dependency);
      return value;
    },
    wait: (dependency) => void missing.set(nameOf(dependency), dependency),
    spend(elements) {
      spent += elements;
      if (spent > MOST_ELEMENTS)
        throw new FunctionError(`its functions go through more than ${MOST_ELEMENTS} elements`);
    },
  };
}
