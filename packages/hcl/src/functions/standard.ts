import { randomBytes } from 'node:crypto';
import { bcryptFunctions } from './bcrypt-function.ts';
import { collectionFunctions } from './collections.ts';
import { conversionFunctions } from './conversion.ts';
import { digestFunctions, type RandomBytes } from './digests.ts';
import { encodingFunctions } from './encoding.ts';
import { disabledFileFunctions } from './files.ts';
import { formatFunctions } from './format.ts';
import type { HclFunction } from './function.ts';
import { networkFunctions } from './network.ts';
import { numberFunctions } from './numbers.ts';
import { regexFunctions } from './regex.ts';
import { setFunctions } from './sets.ts';
import { stringFunctions } from './strings.ts';
import { timeFunctions } from './time.ts';

/** What functions without a fixed result draw on. */
export type Surroundings = { now: () => Date; randomBytes: RandomBytes };

/**
 * The functions of Nomad's job files. Those of files are there, but refuse; `fileFunctions` gives ones that do
 * not.
 */
export function createFunctions(surroundings: Surroundings): ReadonlyMap<string, HclFunction> {
  return new Map([
    ...disabledFileFunctions,
    ...Object.entries({
      ...numberFunctions,
      ...stringFunctions,
      ...formatFunctions,
      ...regexFunctions,
      ...collectionFunctions,
      ...setFunctions,
      ...conversionFunctions,
      ...encodingFunctions,
      ...digestFunctions(surroundings.randomBytes),
      ...bcryptFunctions(surroundings.randomBytes),
      ...networkFunctions,
      ...timeFunctions(surroundings.now),
    }),
  ]);
}

/** With the clock and the randomness of this machine. */
export const standardFunctions: ReadonlyMap<string, HclFunction> = createFunctions({
  now: () => new Date(),
  randomBytes,
});
