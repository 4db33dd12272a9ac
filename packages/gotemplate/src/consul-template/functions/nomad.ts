import { FunctionError } from '../../errors.ts';
import type { FunctionSet } from '../../functions.ts';
import { kindOf, raw } from '../../values.ts';
import type { Choice } from '../dependency.ts';
import type { Current } from '../evaluation.ts';
import { listOf } from '../values.ts';
import { refused } from './catalog.ts';

/** Nomad's own services: `nomadService "redis"`, or `nomadService 2 (env "NOMAD_ALLOC_ID") "redis"` for two that stay the same. */
export function nomadFunctions(current: Current): FunctionSet {
  return {
    nomadServices: {
      max: 0,
      call: () => current().need({ type: 'nomad.services' }) ?? listOf('*dependency.NomadServicesSnippet', []),
    },
    nomadService: {
      min: 1,
      max: 3,
      call: (...given) => {
        const { name, choose } = chosen(given);
        return current().need({ type: 'nomad.service', name, choose }) ?? listOf('*dependency.NomadService', []);
      },
    },
    ...refused("Nomad's variables", ['nomadVar', 'nomadVarList', 'nomadVarListSafe', 'nomadVarExists']),
  };
}

function chosen(given: readonly unknown[]): { name: string; choose: Choice | undefined } {
  if (given.length === 2) throw new FunctionError('nomadService: expected 1 or 3 arguments, but got 2');
  const name = String(raw(given.at(-1)));
  if (!/^[\w.-]+$/.test(name)) throw new FunctionError(`nomad.service: invalid format: "${name}"`);
  if (given.length === 1) return { name, choose: undefined };
  const [count, key] = given;
  if (kindOf(count) !== 'int' || Number(raw(count)) < 1) {
    throw new FunctionError('nomadService: the number of instances must be at least 1');
  }
  return { name, choose: { count: Number(raw(count)), key: String(raw(key)) } };
}
