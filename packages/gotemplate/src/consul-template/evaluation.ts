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
  /** Runs a template that is defined in this one. */
  execute(name: string, data: unknown): string;
};

/** What functions reach the running evaluation by. */
export type Current = () => Evaluation;

export type Record = { readonly used: Map<string, Dependency>; readonly missing: Map<string, Dependency> };

/** The part of an evaluation that keeps the account. */
export function recorder(known: Known): Record & Pick<Evaluation, 'need' | 'wait'> {
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
  };
}
