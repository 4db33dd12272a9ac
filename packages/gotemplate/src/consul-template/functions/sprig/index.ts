import type { FunctionSet } from '../../../functions.ts';
import { refused } from '../catalog.ts';
import { sprigDates } from './dates.ts';
import { sprigDicts } from './dicts.ts';
import { sprigEncodings } from './encodings.ts';
import { type Spend, sprigLists } from './lists.ts';
import { sprigNumbers } from './numbers.ts';
import { sprigPaths } from './paths.ts';
import { sprigRegexps } from './regexps.ts';
import { sprigSemver } from './semver.ts';
import { sprigStrings } from './strings.ts';
import { sprigValues } from './values.ts';
import { sprigWords } from './words.ts';

export type SprigOptions = { readonly now: () => Date; readonly spend: Spend };

/** The functions of Sprig (https://masterminds.github.io/sprig/), by their own names. */
export function sprigFunctions({ now, spend }: SprigOptions): FunctionSet {
  return {
    ...sprigStrings,
    ...sprigWords,
    ...sprigNumbers,
    ...sprigLists(spend),
    ...sprigDicts(spend),
    ...sprigValues,
    ...sprigEncodings,
    ...sprigDates(now),
    ...sprigPaths,
    ...sprigRegexps,
    ...sprigSemver,
    ...refused('the environment of the agent', ['env', 'expandenv']),
    ...refused('a resolver', ['getHostByName']),
    ...refused('a hash that is slow on purpose', ['bcrypt', 'htpasswd', 'derivePassword']),
    ...refused('keys and certificates, of which it would make others at each rendering', [
      'genPrivateKey',
      'genCA',
      'genCAWithKey',
      'genSelfSignedCert',
      'genSelfSignedCertWithKey',
      'genSignedCert',
      'genSignedCertWithKey',
      'buildCustomCert',
    ]),
  };
}

/** As consul-template has them: behind `sprig_`. */
export function prefixedSprig(options: SprigOptions): FunctionSet {
  return Object.fromEntries(Object.entries(sprigFunctions(options)).map(([name, entry]) => [`sprig_${name}`, entry]));
}
