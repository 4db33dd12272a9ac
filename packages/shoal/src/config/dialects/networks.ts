import { isNetwork } from '../addresses/interface-address.ts';
import { converted, type NameOf, type ValueField } from '../fields.ts';

/** Networks, as `10.0.0.0/8`. */
export const networks = (to: NameOf<readonly string[]>): ValueField =>
  converted(
    'texts',
    to,
    (given: readonly string[]) => (given.every(isNetwork) ? given : undefined),
    'a list of networks, such as "10.0.0.0/8"',
  );
