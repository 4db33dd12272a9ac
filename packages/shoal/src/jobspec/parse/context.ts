import type { Diagnostic, Scope } from '@shoal/hcl';
import type { Origins } from './places.ts';

/** What reading a job file needs and gathers along the way. */
export type Reading = {
  /** Every mistake so far, in the order found. */
  diagnostics: Diagnostic[];
  /** Where blocks and arguments come from. */
  origins: Origins;
  /** How many blocks `dynamic` has made. */
  generated?: number;
};

/** A body's place: the scope in which its expressions are evaluated. Iterators of `dynamic` make inner ones. */
export type Located<T> = { at: T; scope: Scope };
