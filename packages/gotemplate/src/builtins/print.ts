import { sprint, sprintf, sprintln } from '../format/print.ts';
import type { FunctionSet } from '../functions.ts';
import { raw } from '../values.ts';

/** `print`, `printf`, `println`: aliases of fmt's Sprint, Sprintf, Sprintln. */
export const print: FunctionSet = {
  print: { call: (...values) => sprint(values) },
  println: { call: (...values) => sprintln(values) },
  printf: {
    min: 1,
    params: ['string'],
    call: (format, ...values) => sprintf(String(raw(format)), values),
  },
};
