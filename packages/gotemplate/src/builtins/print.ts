import { sprint, sprintln } from '../format/print.ts';
import { sprintf } from '../format/printf.ts';
import type { FunctionSet } from '../functions.ts';
import { raw } from '../values.ts';

/** `print`, `printf`, `println`: aliases of fmt's Sprint, Sprintf, Sprintln. */
export const print: FunctionSet = {
  /** The values as a text. */
  print: { call: (...values) => sprint(values) },
  /** The values with blanks between them and a line break. */
  println: { call: (...values) => sprintln(values) },
  /** The values in a format, with Go's verbs and flags. */
  printf: {
    min: 1,
    params: ['string'],
    call: (format, ...values) => sprintf(String(raw(format)), values),
  },
};
