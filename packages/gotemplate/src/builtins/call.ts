import { FunctionError } from '../errors.ts';
import type { FunctionSet } from '../functions.ts';
import { kindOf, typeName } from '../values.ts';

/** `call`: calls a function that the data holds. */
export const call: FunctionSet = {
  /** Calls a function that the data holds. */
  call: {
    min: 1,
    call: (target, ...args) => {
      if (typeof target === 'function') return target(...args);
      const kind = kindOf(target);
      if (kind === 'nil' || kind === 'invalid') throw new FunctionError('call of nil');
      throw new FunctionError(`non-function of type ${typeName(target)}`);
    },
  },
};
