import { FunctionError } from '../../errors.ts';
import type { FunctionSet } from '../../functions.ts';
import { items, kindOf, raw } from '../../values.ts';
import { type Choice, nomadVariableDependency, nomadVariablesDependency } from '../dependency.ts';
import type { Current } from '../evaluation.ts';
import { listOf, NOMAD_VARIABLE, nomadVariable } from '../values.ts';

/**
 * Nomad's own services: `nomadService "redis"`, or `nomadService 2 (env "NOMAD_ALLOC_ID") "redis"` for two that stay the same. Its variables:
 * `{{ with nomadVar "nomad/jobs/redis" }}{{ .password }}{{ end }}`.
 */
export function nomadFunctions(current: Current): FunctionSet {
  const text = { min: 1, max: 1, params: ['string'] } as const;
  const variables = (prefix: unknown): unknown =>
    current().need(nomadVariablesDependency(String(raw(prefix)))) ?? listOf(NOMAD_VARIABLE, []);
  return {
    /** Every service of Nomad's own with its tags. */
    nomadServices: {
      max: 0,
      call: () => current().need({ type: 'nomad.services' }) ?? listOf('*dependency.NomadServicesSnippet', []),
    },
    /** Its instances, or so many that stay the same for a key. */
    nomadService: {
      min: 1,
      max: 3,
      call: (...given) => {
        const { name, choose } = chosen(given);
        return current().need({ type: 'nomad.service', name, choose }) ?? listOf('*dependency.NomadService', []);
      },
    },
    /** The items of a variable of Nomad's. The template waits until there is one. */
    nomadVar: {
      ...text,
      call: (path) => {
        const found = current().need(nomadVariableDependency('nomad.var.block', String(raw(path))));
        return found ?? nomadVariable(undefined);
      },
    },
    /** Whether there is such a variable. */
    nomadVarExists: {
      ...text,
      call: (path) => (current().need(nomadVariableDependency('nomad.var.get', String(raw(path)))) ?? null) !== null,
    },
    /** The variables below a path, without their items. */
    nomadVarList: { max: 1, params: ['string'], call: (prefix = '') => variables(prefix) },
    /** The same, but the template waits while there are none. */
    nomadVarListSafe: {
      max: 1,
      params: ['string'],
      call: (prefix = '') => {
        const found = variables(prefix);
        if (items(found).length === 0) current().wait(nomadVariablesDependency(String(raw(prefix))));
        return found;
      },
    },
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
